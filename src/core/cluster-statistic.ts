/** Any statistic with an interval over clusters: whole clusters are drawn anew (Davison and Hinkley 1997, section 3.8), never rows. */
import { FEWEST_UNITS, percentileEstimate, type TOO_FEW, withoutInterval } from './effect.ts';
import type { Estimate } from './report-types.ts';
import { createRng } from './rng.ts';

/**
 * `statistic` of the clusters `pick`, numbers from 0 to `n` - 1, at first each once, with the 95 % percentile interval of the
 * same over `draws` resamples. Resamples that give NaN are not counted. No interval below FEWEST_UNITS clusters; `what` names
 * them in the note. `pick` is used again for the next resample: do not keep it.
 */
export function clusterStatistic(n: number, statistic: (pick: Int32Array) => number, draws: number, seed: number, what: keyof typeof TOO_FEW = 'items'): Estimate {
  const [estimate] = clusterStatistics(n, (pick) => [statistic(pick)], draws, seed, what);
  return estimate ?? { value: NaN, low: null, high: null, n };
}

/** The same for several statistics of the same resamples, in their order; as many at every call. */
export function clusterStatistics(n: number, statistics: (pick: Int32Array) => readonly number[], draws: number, seed: number, what: keyof typeof TOO_FEW = 'items'): Estimate[] {
  const pick = Int32Array.from({ length: n }, (_, i) => i);
  const values = statistics(pick);
  if (n < FEWEST_UNITS) return values.map((value) => withoutInterval(value, n, what));
  const rng = createRng(seed);
  const found: number[][] = values.map(() => []);
  for (let draw = 0; draw < draws; draw += 1) {
    for (let i = 0; i < n; i += 1) pick[i] = rng.below(n);
    statistics(pick).forEach((value, s) => {
      if (!Number.isNaN(value)) found[s]?.push(value);
    });
  }
  return values.map((value, s) => percentileEstimate(value, found[s] ?? [], n));
}
