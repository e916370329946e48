import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alignTokens, columnOfTokens, columnsOf, withoutChance } from '../../../src/text/align.ts';
import type { Column } from '../../../src/text/align.ts';
import { matchTokens } from '../../../src/text/match-tokens.ts';
import { createRng } from '../../../src/base/rng.ts';
import { parseRecording, parseRecordingIndex } from '../../../src/formats/runs/recording-json.ts';

interface Fixture {
  lcs: { a: string; b: string; length: number }[];
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/compare.fixture.json', import.meta.url), 'utf8'),
) as Fixture;
const ids = parseRecordingIndex(
  readFileSync(new URL('../../../public/recordings/index.json', import.meta.url), 'utf8'),
).map((entry) => entry.id);
const storyPairs = ids.flatMap((a, at) => ids.slice(at + 1).map((b) => [a, b] as const));
const story = (id: string): string[] =>
  parseRecording(readFileSync(new URL(`../../../public/recordings/${id}.json`, import.meta.url), 'utf8')).tokens.map(
    (token) => token.text,
  );

const matched = (a: readonly string[], b: readonly string[]): number =>
  matchTokens(a, b).runs.reduce((sum, run) => sum + run.length, 0);
/** The same length by plain dynamic programming. */
function plainLength(a: readonly string[], b: readonly string[]): number {
  const row = new Array<number>(b.length + 1).fill(0);
  for (const item of a) {
    let before = 0;
    b.forEach(
      (other, at) =>
        ([before, row[at + 1]] = [row[at + 1]!, item === other ? before + 1 : Math.max(row[at + 1]!, row[at]!)]),
    );
  }
  return row.at(-1)!;
}
const side = (columns: readonly Column[], which: 'a' | 'b'): (number | null)[] =>
  columns.map((column) => column[which]).filter((token) => token !== null);
const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** Two random lists over a few letters, the second sometimes an edited copy of the first. */
function pair(seed: number): [string[], string[]] {
  const rng = createRng(seed);
  const letters = 1 + rng.below(6);
  const list = (): string[] => Array.from({ length: rng.below(30) }, () => String(rng.below(letters)));
  const a = list();
  if (rng.below(2) === 0) return [a, list()];
  return [a, a.flatMap((item) => (rng.below(5) === 0 ? [] : rng.below(5) === 0 ? [item, 'new'] : [item]))];
}

describe('the longest common subsequence', () => {
  it('is as long as plain dynamic programming finds it, on random lists', () => {
    for (const { a, b, length } of fixture.lcs) expect(matched([...a], [...b]), `${a} | ${b}`).toBe(length);
  });

  it('is as long as plain dynamic programming finds it, on the recorded stories', () => {
    expect(storyPairs.length).toBeGreaterThan(10);
    for (const [a, b] of storyPairs)
      expect(matched(story(a), story(b)), `${a} ${b}`).toBe(plainLength(story(a), story(b)));
  });

  it('holds only equal items, in the order of both lists', () => {
    for (let seed = 0; seed < 400; seed += 1) {
      const [a, b] = pair(seed);
      let [endA, endB] = [0, 0];
      for (const run of matchTokens(a, b).runs) {
        expect(run.a >= endA && run.b >= endB).toBe(true);
        expect(a.slice(run.a, run.a + run.length)).toEqual(b.slice(run.b, run.b + run.length));
        [endA, endB] = [run.a + run.length, run.b + run.length];
      }
    }
  });

  it('takes in the whole common beginning and end', () => {
    const a = [...'the cat sat down'];
    const b = [...'the dog sat down'];
    const { runs } = matchTokens(a, b);
    expect(runs[0]).toEqual({ a: 0, b: 0, length: 4 });
    expect(runs.at(-1)).toMatchObject({ a: 7, length: 9 });
  });

  it('stays within its time and memory for 2,000 tokens that have nothing in common', () => {
    const list = (odd: number): string[] => Array.from({ length: 2000 }, (_, index) => String(2 * index + odd));
    expect(matchTokens(list(0), list(1))).toEqual({ runs: [], complete: true });
  });

  it('gives up where two texts are too long and too different, says so, and keeps what it found', () => {
    const list = (odd: number): string[] => [
      'same',
      'start',
      ...Array.from({ length: 300 }, (_, index) => String(2 * index + odd)),
      'same',
      'end',
    ];
    const { runs, complete } = matchTokens(list(0), list(1), 1000);
    expect(complete).toBe(false);
    expect(runs).toEqual([
      { a: 0, b: 0, length: 2 },
      { a: 302, b: 302, length: 2 },
    ]);
  });
});

describe('aligned tokens', () => {
  it('give both lists back from the columns', () => {
    for (let seed = 0; seed < 400; seed += 1) {
      const [a, b] = pair(seed);
      const { columns, shared } = alignTokens(a, b);
      expect(side(columns, 'a')).toEqual(upTo(a.length));
      expect(side(columns, 'b')).toEqual(upTo(b.length));
      for (const column of columns) if (column.same) expect(a[column.a!]).toBe(b[column.b!]);
      expect(columns.filter((column) => column.same)).toHaveLength(shared);
      const of = columnOfTokens(columns, 'b', b.length);
      expect(upTo(b.length).map((token) => columns[of[token]!]!.b)).toEqual(upTo(b.length));
    }
  });

  it('of a list with itself are the same in every column', () => {
    const tokens = story('betrayal');
    const { columns, shared, parting, alike } = alignTokens(tokens, tokens);
    expect(columns).toEqual(upTo(tokens.length).map((token) => ({ a: token, b: token, same: true })));
    expect([shared, parting, alike]).toEqual([tokens.length, null, true]);
  });

  it('put a replaced word in one column, and a word that one lacks alone', () => {
    const { columns, parting } = alignTokens(
      ['She', ' fed', ' the', ' dog', '.'],
      ['She', ' kicked', ' the', ' dog', ' twice', '.'],
    );
    expect(columns.map(({ a, b, same }) => [a, b, same])).toEqual([
      [0, 0, true],
      [1, 1, false],
      [2, 2, true],
      [3, 3, true],
      [null, 4, false],
      [4, 5, true],
    ]);
    expect(parting).toBe(1);
  });

  it('part where the shorter ends, when one begins the other', () => {
    expect(alignTokens(['a', 'b'], ['a', 'b', 'c', 'd'])).toMatchObject({ shared: 2, parting: 2, alike: true });
  });

  it('are none for an empty list, which is never alike', () => {
    expect(alignTokens([], ['a'])).toMatchObject({
      columns: [{ a: null, b: 0, same: false }],
      parting: 0,
      alike: false,
    });
    expect(alignTokens([], [])).toMatchObject({ columns: [], parting: null, alike: false });
  });

  it('are hardly any between stories about different things, though a fifth of their tokens are in one order', () => {
    for (const [a, b] of storyPairs) {
      if (a === 'betrayal' && b === 'mercy') continue;
      const [first, second] = [story(a), story(b)];
      const { shared, alike } = alignTokens(first, second);
      const shorter = Math.min(first.length, second.length);
      expect(matched(first, second)).toBeGreaterThan(0.15 * shorter);
      expect(shared).toBeLessThanOrEqual(0.05 * shorter);
      expect(alike).toBe(false);
    }
  });

  it('are most of a story and the same with another end, which part where the ends begin', () => {
    const [first, second] = [story('betrayal'), story('mercy')];
    const { shared, parting, alike } = alignTokens(first, second);
    expect(alike).toBe(true);
    expect(shared).toBeGreaterThan(0.8 * first.length);
    expect(first.slice(0, parting!)).toEqual(second.slice(0, parting!));
    expect(first[parting!]).toBe(' stole');
    expect(second[parting!]).toBe(' m');
  });

  it('keep a common opening however long the rest of both is', () => {
    const opening = story('betrayal').slice(0, 40);
    const { shared, parting, alike } = alignTokens(
      [...opening, ...story('dream')],
      [...opening, ...story('steady-cruel')],
    );
    expect(shared).toBeGreaterThanOrEqual(40);
    expect(parting).toBeGreaterThanOrEqual(40);
    expect(alike).toBe(true);
  });
});

describe('shared runs', () => {
  it('are chance where they are no longer than what differs on both sides', () => {
    expect(withoutChance([{ a: 3, b: 3, length: 2 }], 10, 10)).toEqual([]);
    expect(withoutChance([{ a: 3, b: 3, length: 4 }], 10, 10)).toEqual([{ a: 3, b: 3, length: 4 }]);
    expect(withoutChance([{ a: 0, b: 0, length: 1 }], 10, 10)).toEqual([{ a: 0, b: 0, length: 1 }]);
  });

  it('are chance too once a neighbour that was chance makes the difference around them longer', () => {
    const runs = [
      { a: 2, b: 2, length: 3 },
      { a: 7, b: 7, length: 2 },
    ];
    expect(withoutChance(runs, 20, 20)).toEqual([{ a: 2, b: 2, length: 3 }]);
    expect(
      withoutChance(
        [
          { a: 6, b: 6, length: 3 },
          { a: 11, b: 11, length: 2 },
        ],
        20,
        20,
      ),
    ).toEqual([]);
  });

  it('leave the tokens between them side by side, the longer side last', () => {
    expect(columnsOf([], 1, 3).map(({ a, b }) => [a, b])).toEqual([
      [0, 0],
      [null, 1],
      [null, 2],
    ]);
  });
});
