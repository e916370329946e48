/**
 * Percentile intervals over few clusters are too narrow: they take the resamples' spread, which falls short by √((n -
 * 1)/n), for normal, where
 * Student's t is due. The expanded percentile interval (Hesterberg 2015, "What Teachers Should Know About the
 * Bootstrap", section 3.4) takes
 * percentiles further out, by as much as t is wider than the normal distribution.
 */
import { tDistribution } from './noncentral-t.ts';
import { normalBelow } from './normal-distribution.ts';

/** From so many clusters on the plain percentiles are used: they are then too narrow by less than 7 %. */
export const ENOUGH_CLUSTERS = 30;

const known = new Map<number, number>();

/** The lower percentile, as a share, of a 95 % interval over `n` clusters, at least 2; the upper one lies as far from 1. */
export function lowerShare(n: number): number {
  if (n >= ENOUGH_CLUSTERS) return 0.025;
  const found = known.get(n) ?? normalBelow(-Math.sqrt(n / (n - 1)) * tDistribution(n - 1).quantile(0.975));
  known.set(n, found);
  return found;
}
