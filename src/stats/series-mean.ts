/** The mean of a series whose neighbours resemble each other, with an interval whose blocks the series itself decides. */
import { blockInterval } from './block-bootstrap.ts';
import type { Interval } from './bootstrap.ts';
import { dependentBlock } from './dependent-block.ts';
import { mean } from './stats.ts';

/** A mean over a series with what its interval rests on. */
export interface SeriesMean {
  /** NaN for an empty series. */
  readonly mean: number;
  /** Values in the mean. */
  readonly n: number;
  /** 95 % interval; null where the series is too short for one. */
  readonly interval: Interval | null;
  /** Values in a block; 0 without an interval. */
  readonly block: number;
}

/** Fewer values give no interval: where blocks are chosen from the series, it must be long enough to choose by. */
export const FEWEST_OF_SERIES = 30;

/**
 * Mean of the finite values of `series`, in their order, with the 95 % interval of the moving-block bootstrap
 * ({@link blockInterval}), with blocks as long as `blockOf` says. The same seed gives the same interval on every machine.
 */
export function seriesMean(
  series: ArrayLike<number>,
  seed: number,
  blockOf: (values: Float64Array) => number = dependentBlock,
): SeriesMean {
  const values = Float64Array.from(Array.from(series).filter(Number.isFinite));
  const n = values.length;
  const centre = mean(values);
  if (n < FEWEST_OF_SERIES) return { mean: centre, n, interval: null, block: 0 };
  const block = blockOf(values);
  return { mean: centre, n, interval: blockInterval(values, seed, block), block };
}
