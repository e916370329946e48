import { describe, expect, it } from 'vitest';
import {
  BLOCK_DRAWS,
  blockInterval,
  blockLength,
  FEWEST_VALUES,
  studentUpper,
} from '../../../src/stats/block-bootstrap.ts';
import { createRng } from '../../../src/base/rng.ts';
import { readSpan, spanBetween } from '../../../src/text/token-span.ts';

/** Sixty values of an autoregressive series (0.4), rounded. */
const SERIES = [
  0.301, 0.599, 0.146, -0.652, -0.536, -1.026, -0.17, 1.452, 0.269, -0.333, 0.537, 0.752, 0.586, -0.516, -0.056, 0.853,
  -0.823, -0.607, -1.964, -1.895, -2.42, -1.023, -1.497, -0.147, 0.278, 0.104, -2.295, -1.277, -0.379, 0.142, -1.293,
  -0.815, -1.125, -1.079, 0.809, -0.304, 0.026, 1.075, 0.026, 0.079, 0.322, 0.373, -0.896, -0.102, 1.498, -0.768, 0.732,
  0.592, -0.225, 2.091, 1.778, -0.308, 0.131, 0.809, 0.315, 0.989, 0.509, 1.051, 2.039, 0.32,
];

/** An autoregressive series of mean 0 that has forgotten its start. */
function autoregressive(length: number, lag: number, normal: () => number): number[] {
  let value = 0;
  for (let warm = 0; warm < 50; warm += 1) value = lag * value + normal();
  return Array.from({ length }, () => (value = lag * value + normal()));
}

describe('the interval of a mean by moving blocks', () => {
  it('agrees with arch.bootstrap.MovingBlockBootstrap', () => {
    // arch 7: block 6, 200,000 resamples of SERIES; the quantiles of their mean, centred on it and widened as stated.
    expect(blockLength(SERIES.length)).toBe(6);
    const interval = blockInterval(SERIES, 1)!;
    expect(Math.abs(interval.low - -0.518)).toBeLessThan(0.04);
    expect(Math.abs(interval.high - 0.4519)).toBeLessThan(0.04);
    expect(BLOCK_DRAWS).toBe(2000);
  });

  it('covers the mean of series whose neighbours resemble each other', () => {
    for (const [lag, length] of [
      [0, 24],
      [0.2, 60],
      [0.4, 60],
      [0.4, 200],
    ] as const) {
      const rng = createRng(11, length);
      const trials = 400;
      let covered = 0;
      for (let trial = 0; trial < trials; trial += 1) {
        const interval = blockInterval(
          autoregressive(length, lag, () => rng.normal()),
          trial,
        )!;
        if (interval.low <= 0 && interval.high >= 0) covered += 1;
      }
      expect(covered / trials, `lag ${lag}, ${length} values`).toBeGreaterThan(0.9);
      expect(covered / trials, `lag ${lag}, ${length} values`).toBeLessThan(0.995);
    }
  });

  it('is wider than one that takes neighbours for strangers', () => {
    const rng = createRng(3);
    const series = autoregressive(400, 0.7, () => rng.normal());
    const shuffled = rng.shuffle([...series]);
    const width = (values: readonly number[]): number => blockInterval(values, 1)!.high - blockInterval(values, 1)!.low;
    expect(width(series)).toBeGreaterThan(1.5 * width(shuffled));
  });

  it('is the same every time, moves with the values and scales with them', () => {
    const interval = blockInterval(SERIES, 1)!;
    expect(blockInterval(SERIES, 1)).toEqual(interval);
    const other = blockInterval(
      SERIES.map((value) => 2 * value + 5),
      1,
    )!;
    expect(other.low).toBeCloseTo(2 * interval.low + 5, 9);
    expect(other.high).toBeCloseTo(2 * interval.high + 5, 9);
  });

  it('does not exist for few values', () => {
    expect(blockInterval(SERIES.slice(0, FEWEST_VALUES - 1), 1)).toBeNull();
    expect(blockInterval(SERIES.slice(0, FEWEST_VALUES), 1)).not.toBeNull();
  });

  it('widens by Student’s t', () => {
    for (const [degrees, quantile] of [
      [3, 3.18245],
      [3.8, 2.83504],
      [5, 2.57058],
      [10, 2.22814],
      [30, 2.04227],
    ] as const)
      expect(studentUpper(degrees) / quantile).toBeCloseTo(1, 2);
  });
});

describe('what was read in a span', () => {
  const readouts = [
    { afterToken: 10, score: 1, low: -0.5, high: 0.5 },
    { afterToken: 20, score: 2, low: -0.7, high: 0.9 },
    { afterToken: 40, score: -3, low: -1, high: 1 },
  ];

  it('is the mean of its single tokens, both ends included, without those that have no score', () => {
    const scores = [NaN, 1, 2, NaN, 6];
    expect(readSpan({ from: 0, to: 4 }, scores, [])).toMatchObject({
      n: 3,
      mean: 3,
      interval: null,
      readouts: { n: 0, mean: NaN },
    });
    expect(readSpan({ from: 2, to: 2 }, scores, [])).toMatchObject({ n: 1, mean: 2 });
    expect(readSpan({ from: 0, to: 0 }, scores, [])).toMatchObject({ n: 0, mean: NaN, interval: null });
  });

  it('has the readouts inside with their mean and the mean range of random directions', () => {
    const { readouts: inside } = readSpan({ from: 10, to: 39 }, SERIES, readouts);
    expect(inside).toMatchObject({ n: 2, mean: 1.5 });
    expect(inside.low).toBeCloseTo(-0.6);
    expect(inside.high).toBeCloseTo(0.7);
  });

  it('has a readout that stands at either of its ends, and none just outside', () => {
    const count = (from: number, to: number): number => readSpan({ from, to }, SERIES, readouts).readouts.n;
    expect([count(10, 10), count(10, 20), count(11, 20), count(10, 19), count(11, 19), count(40, 40)]).toEqual([
      1, 2, 1, 1, 0, 1,
    ]);
  });

  it('has an interval about its mean where it is long enough', () => {
    const { interval, mean, block, n } = readSpan({ from: 0, to: 59 }, SERIES, readouts);
    expect(n).toBe(60);
    expect(block).toBe(6);
    expect(interval!.low).toBeLessThan(mean);
    expect(interval!.high).toBeGreaterThan(mean);
  });

  it('is between two tokens in either order, and stays inside the text', () => {
    expect(spanBetween(7, 3, 10)).toEqual({ from: 3, to: 7 });
    expect(spanBetween(-2, 99, 10)).toEqual({ from: 0, to: 9 });
    expect(spanBetween(0, 3, 0)).toBeNull();
  });
});
