/** Standard errors of resampled statistics, and the effect that they let a design find: against formulas that need no resampling. */
import { describe, expect, it } from 'vitest';
import { clusterResampled, clusterStatistics } from '../../../src/stats/cluster-statistic.ts';
import { detectable, detectableBy } from '../../../src/stats/power.ts';
import { createRng } from '../../../src/base/rng.ts';
import { mean, standardDeviation } from '../../../src/stats/stats.ts';

const rng = createRng(11);
const N = 40;
const below = Array.from({ length: N }, () => 5 + rng.normal());
const above = below.map((value) => 0.9 * value + 0.1 * rng.normal());
const over = (values: readonly number[], pick: Int32Array): number =>
  pick.reduce((sum, i) => sum + (values[i] ?? NaN), 0);

describe('the standard error of a resampled statistic', () => {
  const statistics = (pick: Int32Array): number[] => [over(above, pick) / N, over(above, pick) / over(below, pick)];
  const [average, ratio] = clusterResampled(N, statistics, 20_000, 3);

  it('of a mean is s/√n', () => {
    expect(average?.standardError).toBeCloseTo(standardDeviation(above, 'sample') / Math.sqrt(N), 2);
    expect((average?.standardError ?? NaN) / (standardDeviation(above, 'sample') / Math.sqrt(N))).toBeCloseTo(1, 1);
  });

  it('of a ratio of sums is that of the residuals about it, over the mean below (Cochran 1977, section 2.11)', () => {
    const value = mean(above) / mean(below);
    const linear =
      standardDeviation(
        above.map((own, i) => own - value * (below[i] ?? NaN)),
        'sample',
      ) /
      Math.sqrt(N) /
      mean(below);
    expect((ratio?.standardError ?? NaN) / linear).toBeGreaterThan(0.97);
    expect((ratio?.standardError ?? NaN) / linear).toBeLessThan(1.03);
    // Not that of a mean of ratios to one level, which would be many times as much.
    expect(
      standardDeviation(
        above.map((own) => own / mean(below)),
        'sample',
      ) / Math.sqrt(N),
    ).toBeGreaterThan(5 * linear);
  });

  it('comes with the estimates that there are without it, and is none where there is no interval', () => {
    expect(clusterResampled(N, statistics, 200, 3).map(({ estimate }) => estimate)).toEqual(
      clusterStatistics(N, statistics, 200, 3),
    );
    expect(clusterResampled(4, (pick) => [over(above, pick)], 200, 3)[0]?.standardError).toBeNaN();
  });

  it('gives the detectable effect of a mean, and a multiple of it for any other', () => {
    expect(detectableBy(2 / Math.sqrt(17), 16)).toBe(detectable(2, 17));
    expect(detectableBy(1, 23)).toBeCloseTo(2.92, 1);
    expect(detectableBy(1, 0)).toBeNaN();
  });
});
