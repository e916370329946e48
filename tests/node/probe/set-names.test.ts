/** Names in a prompt set, counted from the list. */
import { describe, expect, it } from 'vitest';
import { LISTED_NAMES, namesIn } from '../../../src/probe/sets/given-names.ts';
import { checkSet } from '../../../src/probe/sets/set-checks.ts';
import { setNames } from '../../../src/probe/sets/set-names.ts';
import type { SetRow } from '../../../src/probe/sets/set-rows.ts';

const AXIS = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };
const topic = (name: string, context: string, texts: readonly [string, string, string]): SetRow[] =>
  (['positive', 'negative', 'neutral'] as const).map((pole, i) => ({
    topic: name,
    pole,
    context,
    text: texts[i] ?? '',
  }));

describe('names', () => {
  it('are seen whole, with possessives and marks, and not in the middle of words or in small letters', () => {
    expect([...namesIn('Zsófia gave John’s hat to Maria-Luis; Annabelle, a mary and JOHN saw it.')]).toEqual([
      ['Zsofia', 'woman'],
      ['John', 'man'],
      ['Maria', 'woman'],
      ['Luis', 'man'],
    ]);
  });

  it('that are words are no names', () => {
    expect(namesIn('Will Mark wait? Grace and Ivy may, in April.').size).toBe(0);
  });

  it('are counted by topic, each name once, and by pole in the turns alone', () => {
    const rows = [
      ...topic('a', 'Mary sat with Anna.', ['She helped Tom.', 'She hit Tom.', 'She sat.']),
      ...topic('b', 'Mary stood.', ['Mary ran.', 'She ran.', 'She ran.']),
      ...topic('c', 'They stood.', ['One ran.', 'One ran.', 'One ran.']),
    ];
    expect(setNames(rows)).toEqual({
      listed: LISTED_NAMES,
      women: { names: 2, topics: 2, share: { positive: 1 / 3, negative: 0, neutral: 0 } },
      men: { names: 1, topics: 1, share: { positive: 1 / 3, negative: 1 / 3, neutral: 0 } },
      topicsWithout: 1,
    });
  });
});

describe('the checks of a set', () => {
  const many = (name: string, topics: number): SetRow[] =>
    Array.from({ length: topics }, (_, t) =>
      topic(`t${t}`, `${name} is in room ${t % 5}.`, [
        `Here one gives ${t}.`,
        `Here one takes ${t}.`,
        `Here one counts ${t}.`,
      ]),
    ).flat();

  it('count its scenes', () => {
    expect(checkSet(many('Anna', 12), AXIS, { draws: 10, flips: 10 }).scenes).toBe(5);
  });

  it('warn where the names are mostly of one kind, and not where a dozen topics are too few to say', () => {
    const about = (rows: readonly SetRow[]): string[] =>
      checkSet(rows, AXIS, { draws: 10, flips: 10 }).warnings.filter((warning) => warning.startsWith('Names of'));
    expect(about(many('Anna', 12))).toEqual([
      `Names of women stand in 12 topics and of men in 0, counted from a list of ${LISTED_NAMES} names: a probe may learn whose they are.`,
    ]);
    expect(about(many('Anna', 11))).toEqual([]);
    expect(about(many('Anna and Tom', 12))).toEqual([]);
  });
});
