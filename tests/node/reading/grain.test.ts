import { describe, expect, it } from 'vitest';
import { drawnValue, drawnValues } from '../../../src/reading/drawn-values.ts';
import type { Smoothing } from '../../../src/reading/drawn-values.ts';
import {
  domainOf,
  firstChanged,
  GRAIN_NAMES,
  isGrain,
  RAW_GRAINS,
  READING_DOMAIN,
  unitAround,
  unitStarts,
  wordStarts,
} from '../../../src/reading/grain.ts';
import { createRng } from '../../../src/base/rng.ts';
import { runningMean } from '../../../src/stats/smoothing.ts';
import { standardDeviation } from '../../../src/stats/stats.ts';

const words = (pieces: readonly string[]): string[] => {
  const starts = wordStarts(pieces);
  return starts.map((start, index) => pieces.slice(start, starts[index + 1] ?? pieces.length).join(''));
};

describe('words', () => {
  it('run to the next token that begins with white space, with the marks that touch them', () => {
    expect(words(['He', ' can', '’', 't', ' gran', 'ary', ',', ' “', 'no', '”', '.'])).toEqual([
      'He',
      ' can’t',
      ' granary,',
      ' “no”.',
    ]);
    expect(words(['the', ' door', '—', 'he', ' ran'])).toEqual(['the', ' door—he', ' ran']);
  });

  it('take white space alone to the word after it, and leave it alone at the end', () => {
    expect(words(['End', '.', '\n', '\n', 'He', ' ran', '\n'])).toEqual(['End.', '\n\nHe', ' ran', '\n']);
    expect(words([' ', ' a'])).toEqual(['  a']);
  });

  it('hold tokens that end inside a character', () => {
    expect(words(['a', ' ', '', '😀', ' b'])).toEqual(['a', ' 😀', ' b']);
    expect(words([])).toEqual([]);
  });
});

/** A text with every difficulty of both rules. */
const LONG = [
  'Mr',
  '.',
  ' Aldo',
  ' came',
  '.',
  ' Go',
  '.',
  ' Go',
  '.',
  ' go',
  ' on',
  '!',
  '\n',
  '\n',
  'He',
  ' said',
  ' “',
  'no',
  '.',
  '”',
  ' She',
  ' ',
  '',
  '😀',
  ' ran',
  '…',
  ' and',
  ' fell',
  '.',
  ' ',
  ' Then',
  ' it',
  ' was',
  ' e',
  '.',
  'g',
  '.',
  ' over',
  '.',
  ' A',
  '.',
  ' Be',
  '.',
  ' C',
  '.',
  ' No',
  ' more',
  '.',
];

describe.each(['word', 'sentence'] as const)('units of the grain %s', (grain) => {
  it('are the same whether a text comes at once, token by token or in batches', () => {
    for (const step of [1, 2, 3, 7]) {
      let known: readonly number[] = [];
      for (let length = 1; length <= LONG.length; length += step) {
        known = unitStarts(grain, LONG.slice(0, length), known);
        expect(known, `${length} tokens by ${step}`).toEqual(unitStarts(grain, LONG.slice(0, length)));
      }
    }
  });

  it('name the first token that changed when the text grew', () => {
    for (let length = 1; length < LONG.length; length += 1) {
      const [before, after] = [unitStarts(grain, LONG.slice(0, length)), unitStarts(grain, LONG.slice(0, length + 1))];
      const changed = firstChanged(before, after);
      for (let token = 0; token < Math.min(changed, length); token += 1)
        expect(unitAround(after, token, length + 1)).toEqual(unitAround(before, token, length));
      expect(changed).toBeLessThanOrEqual(length);
    }
  });
});

describe('values', () => {
  const pieces = ['He', ' gran', 'ary', ',', ' yes', '.', ' So', ' it', '.'];
  const layers = 2;
  const scores = Float32Array.from(
    pieces.flatMap((_, token) => (token === 0 ? [NaN, NaN] : token === 4 ? [NaN, 40] : [token, 10 * token])),
  );
  const rows = { scores, layers };
  const how = (grain: Smoothing['grain']): Smoothing => ({
    grain,
    window: 3,
    starts: unitStarts(grain, pieces),
    tokens: pieces.length,
  });

  it('of words and sentences are means of their tokens, without those that have no score', () => {
    expect(drawnValue(rows, how('word'), 2, 0)).toBe(2);
    expect(drawnValue(rows, how('word'), 3, 1)).toBe(20);
    expect(drawnValue(rows, how('word'), 5, 0)).toBe(5); // token 4 failed at this layer
    expect(drawnValue(rows, how('sentence'), 1, 1)).toBe(30); // 1 to 5, position 0 left out
    expect(drawnValue(rows, how('sentence'), 8, 0)).toBe(7);
  });

  it('are missing where the token itself has no score', () => {
    for (const grain of RAW_GRAINS) {
      expect(drawnValue(rows, how(grain), 0, 0)).toBeNaN();
      expect(drawnValue(rows, how(grain), 4, 0)).toBeNaN();
    }
  });

  it('are the same one by one and many at once, from any token on', () => {
    for (const grain of RAW_GRAINS) {
      for (const from of [0, 2, 5]) {
        const many = drawnValues(rows, how(grain), from, pieces.length, 0, layers);
        const one = Array.from({ length: (pieces.length - from) * layers }, (_, index) =>
          drawnValue(rows, how(grain), from + Math.floor(index / layers), index % layers),
        );
        expect([...many]).toEqual(one.map(Math.fround));
        expect([...drawnValues(rows, how(grain), from, pieces.length, 1, 1)]).toEqual(
          one.filter((_, index) => index % layers === 1).map(Math.fround),
        );
      }
    }
  });

  it('of single tokens are their scores', () => {
    expect(drawnValue(rows, how('token'), 3, 1)).toBe(30);
    expect(drawnValue(rows, how('mean'), 3, 1)).toBe(20);
  });
});

describe('the scale', () => {
  const row = { tapMean: 0, scale: 1, tokenMean: 0, tokenSd: 9, smoothSd: 3 };

  it('is ±3 for readings, and three measured spreads for raw scores: of single tokens for tokens and words, of the running mean for means and sentences', () => {
    expect(domainOf('reading', row)).toBe(READING_DOMAIN);
    expect(RAW_GRAINS.map((grain) => domainOf(grain, row))).toEqual([9, 27, 27, 9]);
  });

  it('is never narrower than the spread of words, or of sentences of ten tokens and more, in a series whose neighbours resemble each other', () => {
    const rng = createRng(5);
    const series = new Float32Array(20_000);
    for (let token = 1; token < series.length; token += 1) series[token] = 0.4 * series[token - 1]! + rng.normal();
    const spread = (size: number): number =>
      standardDeviation(
        Array.from(
          { length: series.length / size },
          (_, unit) => series.slice(unit * size, (unit + 1) * size).reduce((sum, value) => sum + value, 0) / size,
        ),
        'population',
      );
    const measured = { ...row, tokenSd: spread(1), smoothSd: standardDeviation(runningMean(series, 10), 'population') };
    for (const size of [1, 2, 4]) expect(3 * spread(size)).toBeLessThanOrEqual(domainOf('word', measured));
    for (const size of [10, 20]) expect(3 * spread(size)).toBeLessThanOrEqual(1.03 * domainOf('sentence', measured));
  });

  it('knows its grains from other words', () => {
    expect(GRAIN_NAMES.every(isGrain)).toBe(true);
    for (const other of ['raw', '', null, 1, undefined]) expect(isGrain(other)).toBe(false);
  });
});
