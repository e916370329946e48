/** How far two series of one text move together, with an interval that respects that neighbours resemble each other. */
import { mean } from './stats.ts';

/** Fewer pairs of values give no correlation: its interval would cover nearly everything. */
export const FEWEST_PAIRS = 20;

/** Lags by which a series is compared with itself, at most, and at most this share of its length. */
const MOST_LAGS = 10;
const LAG_SHARE = 1 / 4;

const NORMAL_UPPER = 1.959963984540054;

/** A correlation with its 95 % interval. */
export interface SeriesCorrelation {
  /** Pearson's, from -1 to 1. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Pairs of values. */
  readonly n: number;
  /** So many independent pairs would vary as much. */
  readonly effective: number;
}

/**
 * Pearson's correlation of two series of equal length, in their order. The interval is Fisher's, of as many independent pairs as the
 * series are worth: n / (1 + 2 Σ (1 − k/n) r₁(k) r₂(k)) with the autocorrelations at lag k (M. S. Bartlett, J. R. Statist. Soc. 98,
 * 1935, 536–543), and never more than n. Null for fewer than {@link FEWEST_PAIRS} pairs, for a series without spread,
 * and where no more than 3 pairs are independent. Values must be finite.
 */
export function seriesCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): SeriesCorrelation | null {
  const n = Math.min(a.length, b.length);
  if (n < FEWEST_PAIRS) return null;
  const [x, y] = [centred(a, n), centred(b, n)];
  const [spreadX, spreadY] = [product(x, x, 0), product(y, y, 0)];
  if (!(spreadX > 0 && spreadY > 0)) return null;
  const value = Math.max(-1, Math.min(1, product(x, y, 0) / Math.sqrt(spreadX * spreadY)));
  let inflation = 1;
  for (let lag = 1; lag <= Math.min(MOST_LAGS, Math.floor(n * LAG_SHARE)); lag += 1)
    inflation += 2 * (1 - lag / n) * (product(x, x, lag) / spreadX) * (product(y, y, lag) / spreadY);
  const effective = inflation > 1 ? n / inflation : n;
  if (effective <= 3) return null;
  const [z, half] = [Math.atanh(value), NORMAL_UPPER / Math.sqrt(effective - 3)];
  return { value, low: Math.tanh(z - half), high: Math.tanh(z + half), n, effective };
}

function centred(values: ArrayLike<number>, n: number): Float64Array {
  const first = Float64Array.from({ length: n }, (_, index) => values[index] ?? NaN);
  const centre = mean(first);
  return first.map((value) => value - centre);
}

/** The sum of products of `a` with `b` so many places before. */
function product(a: Float64Array, b: Float64Array, lag: number): number {
  let sum = 0;
  for (let index = lag; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index - lag] ?? 0);
  return sum;
}
