/** How far a series resembles itself, as the length of the blocks that are resampled of it (see `block-bootstrap.ts`). */
import { mean } from './stats.ts';

/** Fewer blocks than this tell too little of how a series varies. */
const FEWEST_BLOCKS = 5;

/**
 * How many neighbours a block should hold for the mean of `values`: as far as the series resembles itself (D. N. Politis
 * and H. White, Econometric Reviews 23, 2004, with the correction of Patton, Politis and White 2009, for fixed blocks), at
 * least the cube root of their number and at most a fifth of it.
 */
export function dependentBlock(values: ArrayLike<number>): number {
  const n = values.length;
  const least = Math.ceil(n ** (1 / 3));
  const covariance = autocovariances(values, Math.ceil(Math.sqrt(n)) + quietLags(n));
  const reach = Math.min(2 * Math.max(1, lastLag(covariance, n)), covariance.length - 1);
  let longRun = covariance[0] ?? 0;
  let slope = 0;
  for (let lag = 1; lag <= reach; lag += 1) {
    const weight = Math.min(1, 2 * (1 - lag / reach)); // flat, then falling to zero
    longRun += 2 * weight * (covariance[lag] ?? 0);
    slope += 2 * weight * lag * (covariance[lag] ?? 0);
  }
  const best = longRun === 0 ? 1 : ((2 * slope ** 2) / ((4 / 3) * longRun ** 2)) ** (1 / 3) * n ** (1 / 3);
  return Math.max(1, Math.min(Math.max(least, Math.ceil(best)), Math.floor(n / FEWEST_BLOCKS)));
}

/** Lags in a row that must show nothing before the series counts as done resembling itself. */
function quietLags(n: number): number {
  return Math.max(5, Math.ceil(Math.sqrt(Math.log10(n))));
}

/** The last lag before a row of lags whose autocorrelation is no more than noise; the largest one where there is none. */
function lastLag(covariance: Float64Array, n: number): number {
  const noise = 2 * Math.sqrt(Math.log10(n) / n) * (covariance[0] ?? 0);
  const row = quietLags(n);
  for (let lag = 0; lag + row < covariance.length; lag += 1) {
    if (covariance.subarray(lag + 1, lag + 1 + row).every((value) => Math.abs(value) <= noise)) return lag;
  }
  return covariance.length - 1;
}

/** Autocovariances with divisor n, lags 0 to `most`. */
function autocovariances(values: ArrayLike<number>, most: number): Float64Array {
  const n = values.length;
  const centre = mean(values);
  return Float64Array.from({ length: Math.min(most, n - 1) + 1 }, (_, lag) => {
    let sum = 0;
    for (let i = lag; i < n; i += 1) sum += ((values[i] ?? 0) - centre) * ((values[i - lag] ?? 0) - centre);
    return sum / n;
  });
}
