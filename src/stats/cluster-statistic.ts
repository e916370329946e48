/** Any statistic with an interval over clusters: whole clusters are drawn anew (Davison and Hinkley 1997, section 3.8), never rows. */
import { FEWEST_UNITS, percentileEstimate, type TOO_FEW, withoutInterval } from './effect.ts';
import type { Estimate } from './estimate.ts';
import { createRng } from '../base/rng.ts';
import { standardDeviation } from './stats.ts';

/** A statistic of clusters, and how far it varies. */
export interface Resampled {
  readonly estimate: Estimate;
  /**
   * The standard deviation of the statistic over the resamples, times √(n / (n - 1)), without which that of a mean would fall short of
   * s/√n (Davison and Hinkley 1997, section 2.3); NaN where there is no interval.
   */
  readonly standardError: number;
}

/**
 * `statistic` of the clusters `pick`, numbers from 0 to `n` - 1, at first each once, with the 95 % percentile interval of the
 * same over `draws` resamples. Resamples that give NaN are not counted. No interval below FEWEST_UNITS clusters; `what` names
 * them in the note. `pick` is used again for the next resample: do not keep it.
 */
export function clusterStatistic(
  n: number,
  statistic: (pick: Int32Array) => number,
  draws: number,
  seed: number,
  what: keyof typeof TOO_FEW = 'items',
): Estimate {
  const [estimate] = clusterStatistics(n, (pick) => [statistic(pick)], draws, seed, what);
  return estimate ?? { value: NaN, low: null, high: null, n };
}

/** The same for several statistics of the same resamples, in their order; as many at every call. */
export function clusterStatistics(
  n: number,
  statistics: (pick: Int32Array) => readonly number[],
  draws: number,
  seed: number,
  what: keyof typeof TOO_FEW = 'items',
): Estimate[] {
  return clusterResampled(n, statistics, draws, seed, what).map(({ estimate }) => estimate);
}

/** The same with the standard error of each. */
export function clusterResampled(
  n: number,
  statistics: (pick: Int32Array) => readonly number[],
  draws: number,
  seed: number,
  what: keyof typeof TOO_FEW = 'items',
): Resampled[] {
  const pick = Int32Array.from({ length: n }, (_, i) => i);
  const values = statistics(pick);
  if (n < FEWEST_UNITS)
    return values.map((value) => ({ estimate: withoutInterval(value, n, what), standardError: NaN }));
  const rng = createRng(seed);
  const found: number[][] = values.map(() => []);
  for (let draw = 0; draw < draws; draw += 1) {
    for (let i = 0; i < n; i += 1) pick[i] = rng.below(n);
    statistics(pick).forEach((value, s) => {
      if (!Number.isNaN(value)) found[s]?.push(value);
    });
  }
  return values.map((value, s) => ({
    estimate: percentileEstimate(value, found[s] ?? [], n),
    standardError: standardDeviation(found[s] ?? [], 'sample') * Math.sqrt(n / (n - 1)),
  }));
}
