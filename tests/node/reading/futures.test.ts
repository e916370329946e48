/** What many futures come to, against numpy and scipy (make_futures_fixture.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commonSteps, fanEnd, fanSteps, leanOf } from '../../../src/reading/futures/fan.ts';
import {
  checkFuturesPlan,
  type FutureLine,
  type Futures,
  noFutures,
  seedOf,
} from '../../../src/reading/futures/futures.ts';
import { GrownFutures } from '../../../src/reading/futures/grown-futures.ts';

interface Share {
  count: number;
  low: number;
  high: number;
}
interface Case {
  every: number;
  start: [number, number, number];
  lines: [number, number, number, number][][];
  steps: { after: number; n: number; quantiles: number[]; low: number; high: number }[];
  positive: Share;
  negative: Share;
  none: Share;
  turned: Share | null;
}
const CASES = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/futures.fixture.json', import.meta.url), 'utf8'),
) as Case[];
const PLAN = {
  count: 3,
  every: 2,
  sampling: { temperature: 0.8, topK: 0, topP: 0.95, seed: 2 ** 32 - 2, maxTokens: 4 },
};

const lineOf = (readings: Case['lines'][number]): FutureLine => ({
  seed: 1,
  pieces: [],
  ended: 'length',
  readings: readings.map(([after, score, low, high]) => ({ after, score, low, high })),
});
const futuresOf = ({ start: [score, low, high], lines }: Case): Futures => ({
  start: { score, low, high },
  lines: lines.map(lineOf),
});

describe('the fan', () => {
  it('has at every step the quantiles of numpy, beginning where all lines begin', () => {
    for (const each of CASES) {
      const [begin, ...steps] = fanSteps(futuresOf(each));
      expect(begin).toEqual({ after: 0, n: 1, quantiles: Array(5).fill(each.start[0]), low: -1.1, high: 1.2 });
      expect(steps.map(({ after, n }) => [after, n])).toEqual(each.steps.map(({ after, n }) => [after, n]));
      for (const [index, step] of steps.entries()) {
        const { quantiles, low, high } = each.steps[index]!;
        for (const [at, value] of step.quantiles.entries()) expect(value).toBeCloseTo(quantiles[at]!, 10);
        expect([step.low, step.high]).toEqual([expect.closeTo(low, 10), expect.closeTo(high, 10)]);
      }
    }
  });

  it('is drawn over the steps that lines have in common: not where one ended in between', () => {
    const [first] = CASES;
    const all = fanSteps(futuresOf(first!)).map(({ after }) => after);
    expect(all.some((after) => after % 8 !== 0)).toBe(true);
    expect(commonSteps(fanSteps(futuresOf(first!)), 8).map(({ after }) => after)).toEqual([0, 8, 16, 24, 32, 40]);
  });

  it('says where lines end up and which share turns, with the interval of scipy', () => {
    for (const each of CASES) {
      const end = fanEnd(futuresOf(each))!;
      for (const lean of ['positive', 'none', 'negative'] as const) {
        expect(end.leans[lean]).toMatchObject({ count: each[lean].count, of: each.lines.length });
        expect(end.leans[lean].low).toBeCloseTo(each[lean].low, 10);
        expect(end.leans[lean].high).toBeCloseTo(each[lean].high, 10);
      }
      expect(end.turned === null).toBe(each.turned === null);
      if (end.turned !== null) expect(end.turned.count).toBe(each.turned!.count);
    }
    expect(CASES.map(({ turned }) => turned === null)).toEqual([false, false, true]);
  });

  it('leaves readings without a number out, and knows nothing before there is a reading', () => {
    const holes = { ...futuresOf(CASES[1]!), lines: [lineOf([[4, NaN, -1, 1]]), lineOf([[4, 2, -1, 1]])] };
    expect(fanSteps(holes).map(({ after, n }) => [after, n])).toEqual([
      [0, 1],
      [4, 1],
    ]);
    expect(fanEnd(holes)?.leans.positive.of).toBe(1);
    expect(fanEnd({ ...holes, start: null })).toBeNull();
    expect(fanSteps(noFutures(PLAN))).toEqual([]);
    expect(leanOf({ score: NaN, low: -1, high: 1 })).toBe('none');
  });
});

describe('a plan', () => {
  it('gives each line its seed, and the last seed is followed by the first', () => {
    expect(noFutures(PLAN).lines.map(({ seed }) => seed)).toEqual([2 ** 32 - 2, 2 ** 32 - 1, 0]);
    expect(seedOf(1, PLAN)).toBe(2 ** 32 - 1);
  });

  it.each([
    { ...PLAN, count: 1 },
    { ...PLAN, count: 2.5 },
    { ...PLAN, count: 97 },
    { ...PLAN, every: 0 },
    { ...PLAN, sampling: { ...PLAN.sampling, temperature: 0 } },
    { ...PLAN, sampling: { ...PLAN.sampling, maxTokens: 0 } },
  ])('that makes no futures is refused: %j', (plan) => {
    expect(() => checkFuturesPlan(plan)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });
});

it('grows as it is told, and leaves what was heard before as it was', () => {
  const heard: Futures[] = [];
  const grown = new GrownFutures(PLAN, (futures) => heard.push(futures));
  grown.start({ score: 1, low: 0, high: 0.5 });
  grown.written([{ line: 2, piece: { id: 5, text: 'a' } }]);
  grown.readings([{ line: 2, reading: { after: 1, score: 0, low: -1, high: 1 } }]);
  grown.ended({ line: 2, why: 'length' });
  expect(grown.futures.lines[2]).toEqual({
    seed: 0,
    pieces: [{ id: 5, text: 'a' }],
    readings: [{ after: 1, score: 0, low: -1, high: 1 }],
    ended: 'length',
  });
  expect(heard.map(({ lines }) => lines[2]!.pieces.length)).toEqual([0, 1, 1, 1]);
  expect(grown.futures.lines[0]?.pieces).toEqual([]);
});
