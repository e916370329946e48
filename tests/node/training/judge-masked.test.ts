/** A probe of the toy model, on sets in which the telling words are known to carry everything, or nothing. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePromptSet, type PromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { maskedLayers, maskedSentences, maskedWordsTable } from '../../../src/probe/evidence/masked-judgement.ts';
import { judgeProbe } from '../../../src/training/evidence/judge.ts';
import { judgeMasked } from '../../../src/training/evidence/judge-masked.ts';
import { trainProbe } from '../../../src/training/train.ts';
import { refusalOf } from '../../fixtures/refusal.ts';
import { toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const LAYER = 2;
const TOPICS = 14;
const { probe } = await trainProbe(toyReader(), {
  id: 'toy',
  title: 'Toy',
  about: 'A probe for tests.',
  sets: [toySet(TOPICS)],
  stories: toyStories(4, 3),
  method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
  defaultLayer: LAYER,
  seed: 3,
  shuffles: 10,
});
const masked = async (set: PromptSet, most: number) =>
  judgeMasked(toyReader(), probe, set, await judgeProbe(toyReader(), probe, set), { most });

/** The toy reads "helps…" and "harms…" alone: here with another ending in each topic, beside words that it does not read. */
const elsewhere: PromptSet = {
  ...toySet(TOPICS),
  rows: toySet(TOPICS).rows.map((row) => {
    const ending = String.fromCodePoint(97 + Number(row.topic.slice(6)));
    const sky = { positive: 'sunny', negative: 'rainy', neutral: 'plain' }[row.pole];
    return {
      ...row,
      text: row.text.replace(/helps|harms/, (word) => `that ${sky} day long ago and far away ${word}${ending}`),
    };
  }),
};

describe('telling words that carry everything', () => {
  const judged = masked(toySet(TOPICS), 2);

  it('take the score with them, and as many other words do not', async () => {
    const result = await judged;
    expect(result.words).toEqual([
      { word: 'harms', positive: 0, negative: TOPICS, topics: TOPICS },
      { word: 'helps', positive: TOPICS, negative: 0, topics: TOPICS },
    ]);
    expect(result).toMatchObject({ maskedWords: 28, maskedTurns: 28, turns: 28, topics: TOPICS, controlWords: 28 });
    const { before, after, drop, control, controlDrop, beyond } = result.byLayer[LAYER]!;
    expect(before.value).toBeGreaterThan(0.9);
    expect(after.value).toBe(0.5);
    expect(drop.value).toBeCloseTo(before.value - after.value, 12);
    expect(drop.low).toBeGreaterThan(0.3);
    expect(control).toHaveLength(5);
    expect(Math.abs(controlDrop.value)).toBeLessThan(0.1);
    expect(beyond.value).toBeCloseTo(drop.value - controlDrop.value, 12);
    expect(beyond.low).toBeGreaterThan(0.2);
    expect(result.wordsAlone.before.value).toBe(1);
    expect(result.wordsAlone.after.value).toBe(0.5);
  });

  it('are said so first, with n and intervals, and stand in tables', async () => {
    const result = await judged;
    const said = maskedSentences(result, LAYER);
    expect(said[0]).toMatch(
      /^Masking the telling words takes AUROC from (1\.00|0\.9\d).* to 0\.50.* at layer 2\. That is a drop of 0\.[45]\d \[.*\], n = 14 topics\.$/,
    );
    expect(said[2]).toMatch(/So part of the score rests on them\.$/);
    expect(maskedWordsTable(result).rows[0]).toEqual(['harms', 0, 14, 14]);
    const { header, rows } = maskedLayers(result);
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toHaveLength(header.length);
    expect(rows[LAYER]![header.indexOf('drop')]).toBe(result.byLayer[LAYER]!.drop.value);
  });
});

describe('telling words that carry nothing', () => {
  it('take nothing with them', async () => {
    const result = await masked(elsewhere, 2);
    expect(result.words.map(({ word }) => word)).toEqual(['rainy', 'sunny']);
    const { before, drop, beyond } = result.byLayer[LAYER]!;
    expect(before.value).toBeGreaterThan(0.9);
    expect(Math.abs(drop.value)).toBeLessThan(0.05);
    expect(beyond.low).toBeLessThanOrEqual(0);
    expect(maskedSentences(result, LAYER)[2]).not.toContain('part of the score rests on them');
  });

  it('or do not stand in the set at all change no number', async () => {
    const set = toySet(8);
    const rows = set.rows.map((row) => ({ ...row, text: `${row.pole}${'abcdefgh'[Number(row.topic.slice(6))]}.` }));
    const result = await masked({ ...set, rows }, 3);
    expect(result).toMatchObject({ maskedWords: 0, words: [] });
    expect(result.byLayer[LAYER]!.drop.value).toBe(0);
    expect(maskedSentences(result, LAYER)).toEqual([
      'No telling word of the other topics stands in any turn, so nothing was masked.',
    ]);
  });
});

it('what the words alone still tell is what scikit-learn finds, masked anew for each topic that is left out', async () => {
  const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  const seeds = 'probes/sets/kind-cruel-24/kind-cruel-24';
  const files = { headerName: 'h', rowsName: 'r', sha256: 'ab'.repeat(32) };
  const set = parsePromptSet(
    { ...files, header: textOf(`${seeds}.set.json`), rows: textOf(`${seeds}.jsonl`) },
    { requireNeutral: true },
  );
  const fixture = JSON.parse(textOf('tests/fixtures/reference/masking/masking.fixture.json')) as {
    most: number;
    words_alone: number;
  };
  const { wordsAlone } = await masked(set, fixture.most);
  expect(wordsAlone.after.value).toBeCloseTo(fixture.words_alone, 9);
  expect(wordsAlone.after.n).toBe(24);
});

it('a set of one topic or one pole is refused with what it lacks', async () => {
  expect(await refusalOf(masked(toySet(1), 2))).toMatchObject({ code: 'set-invalid' });
  const set = toySet(7);
  const half = { ...set, rows: set.rows.filter((row) => row.pole !== 'negative') };
  expect((await refusalOf(masked(half, 2))).message).toMatch(/7 topics and 1 of the 2 poles/);
});
