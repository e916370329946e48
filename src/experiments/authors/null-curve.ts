/** What sign flips leave of curves: how far the mean of any of them goes from zero where no unit's sign means anything. */
import { createRng } from '../../base/rng.ts';
import { quantile } from '../../stats/stats.ts';

/**
 * 95 % point, over `flips` draws of one sign a unit, of the largest |mean| on all `curves` `[points][units]`: a line that chance
 * crosses anywhere in one of twenty experiments. All points of a draw have the same signs, since they are of the same units.
 */
export function flippedMaximum(curves: readonly (readonly number[])[], flips: number, seed: number): number {
  const n = curves[0]?.length ?? 0;
  const rng = createRng(seed);
  const highest = new Float64Array(flips);
  const signs = new Float64Array(n);
  for (let flip = 0; flip < flips; flip += 1) {
    for (let unit = 0; unit < n; unit += 1) signs[unit] = rng.below(2) === 0 ? 1 : -1;
    let most = 0;
    for (const curve of curves) {
      let sum = 0;
      for (let unit = 0; unit < n; unit += 1) sum += (signs[unit] ?? NaN) * (curve[unit] ?? NaN);
      most = Math.max(most, Math.abs(sum) / n);
    }
    highest[flip] = most;
  }
  return quantile(highest, 0.95);
}
