/** Telling words found and masked, and the paired interval of a drop, against numpy and scikit-learn. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { MASK_WORD, type MaskedWord, maskOthers, maskTelling } from '../../../src/probe/sets/mask-words.ts';
import type { SetRow } from '../../../src/probe/sets/set-rows.ts';
import { aurocDrop } from '../../../src/stats/auroc-drop.ts';
import { changeWords, wordsOf } from '../../../src/text/words.ts';

const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const fixture = JSON.parse(textOf('tests/fixtures/reference/masking/masking.fixture.json')) as {
  most: number;
  words: MaskedWord[];
  drop: {
    topics: number[];
    labels: number[];
    before: number[];
    after: number[];
    value: number;
    low: number;
    high: number;
  };
};
const seeds = 'probes/sets/kind-cruel-24/kind-cruel-24';
const seedRows = parsePromptSet(
  { headerName: 'h', rowsName: 'r', header: textOf(`${seeds}.set.json`), rows: textOf(`${seeds}.jsonl`), sha256: '' },
  { requireNeutral: true },
).rows.filter((row) => row.pole !== 'neutral');
const masksIn = (text: string): number => wordsOf(text).filter((word) => word === MASK_WORD).length;

describe('telling words', () => {
  it('are found in the other topics and masked wherever they stand, as scikit-learn counts them', () => {
    const { rows, places, words } = maskTelling(seedRows, fixture.most);
    expect(words).toEqual(fixture.words);
    expect(words.length).toBeGreaterThan(fixture.most / 2);
    rows.forEach((row, i) => {
      expect(wordsOf(row.text)).toHaveLength(wordsOf(seedRows[i]!.text).length);
      expect(masksIn(row.text)).toBe(masksIn(seedRows[i]!.text) + places[i]!.length);
    });
  });

  it('of one topic alone are no reason to mask them there', () => {
    const row = (topic: string, pole: SetRow['pole'], text: string): SetRow => ({ topic, pole, context: '', text });
    const rows = [
      row('a', 'positive', 'Only ann sings, and everyone helps.'),
      row('a', 'negative', 'Only ann sulks, and everyone harms.'),
      row('b', 'positive', 'Bob Helps them.'),
      row('b', 'negative', 'Bob harms them.'),
    ];
    expect(maskTelling(rows, 2).rows.map(({ text }) => text)).toEqual([
      'Only ann sings, and everyone something.',
      'Only ann sulks, and everyone something.',
      'Bob Something them.',
      'Bob something them.',
    ]);
    expect(maskTelling(rows.slice(0, 2), 9)).toMatchObject({ rows: rows.slice(0, 2), words: [] });
  });
});

describe('the control', () => {
  it('masks as many words of each turn, and never a telling one', () => {
    const { places } = maskTelling(seedRows, fixture.most);
    const [first, again, other] = [0, 0, 1].map((seed) => maskOthers(seedRows, places, seed));
    expect(again).toEqual(first);
    expect(other!.rows).not.toEqual(first!.rows);
    expect(places.flat().length).toBeGreaterThan(20);
    first!.places.forEach((own, i) => {
      expect(own).toHaveLength(places[i]!.length);
      expect(new Set([...own, ...places[i]!]).size).toBe(2 * own.length);
    });
  });

  it('masks all others where a turn has too few', () => {
    const row: SetRow = { topic: 'a', pole: 'positive', context: '', text: 'She helps and helps.' };
    expect(maskOthers([row], [[0, 1, 2]], 3).rows[0]!.text).toBe('She helps and something.');
  });
});

it('words are changed one by one, and all between them stays', () => {
  const seen: string[] = [];
  const text = '“DON’T,” she said; Élan vital.';
  expect(changeWords(text, (word, at) => (seen.push(word), at === 0 || at === 3 ? 'so' : null))).toBe(
    '“So,” she said; So vital.',
  );
  expect(seen).toEqual(wordsOf(text));
});

describe('a drop of AUROC', () => {
  const { topics, labels, before, after, value, low, high } = fixture.drop;

  it('has the paired interval that numpy and scikit-learn find row by row', () => {
    const drop = aurocDrop([before], [after], labels, topics, 2000, 0);
    expect(drop.n).toBe(40);
    expect(drop.value).toBeCloseTo(value, 9);
    // Ends of 2,000 resamples against ends of 20,000: their standard error is about 0.003.
    expect(Math.abs(drop.low! - low)).toBeLessThan(0.012);
    expect(Math.abs(drop.high! - high)).toBeLessThan(0.012);
  });

  it('is the mean over several scores, turns its sign with them, and is 0 between equal ones', () => {
    const there = aurocDrop([before, after], [after], labels, topics, 500, 0);
    expect(there.value).toBeCloseTo(value / 2, 9);
    const back = aurocDrop([after], [before, after], labels, topics, 500, 0);
    expect(back.low).toBeCloseTo(-there.high!, 9);
    expect(aurocDrop([after], [after], labels, topics, 500, 0)).toMatchObject({ value: 0, low: 0, high: 0 });
  });

  it('has no interval over five topics', () => {
    const few = topics.flatMap((topic, i) => (topic < 5 ? [i] : []));
    const of = (list: number[]): number[] => few.map((i) => list[i]!);
    expect(aurocDrop([of(before)], [of(after)], of(labels), of(topics), 100, 0)).toMatchObject({ n: 5, low: null });
  });
});
