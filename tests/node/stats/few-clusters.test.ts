import { describe, expect, it } from 'vitest';
import { clusterMean } from '../../../src/stats/effect.ts';
import { ENOUGH_CLUSTERS, lowerShare } from '../../../src/stats/few-clusters.ts';
import { createRng } from '../../../src/base/rng.ts';

describe('an interval over few clusters', () => {
  it.each([
    [6, 0.0024318031746115667],
    [8, 0.0057375205170298775],
    [12, 0.010756614916552488],
    [16, 0.013855570404766664],
    [29, 0.018549862154124894],
  ])('of %i takes the percentile that scipy gives for Student’s t', (n, share) => {
    // scipy: norm.cdf(-sqrt(n / (n - 1)) * t.ppf(0.975, n - 1)).
    expect(lowerShare(n)).toBeCloseTo(share, 7);
  });

  it('takes the plain percentile where clusters are enough', () => {
    expect([ENOUGH_CLUSTERS, 48, 1000].map(lowerShare)).toEqual([0.025, 0.025, 0.025]);
  });

  it.each([8, 12, 16])('covers the mean of %i values in about 95 of 100 worlds', (n) => {
    const rng = createRng(n);
    const worlds = 2000;
    let covered = 0;
    for (let world = 0; world < worlds; world += 1) {
      const { low, high } = clusterMean(
        Float64Array.from({ length: n }, () => rng.normal()),
        400,
        world,
      );
      if (low! <= 0 && high! >= 0) covered += 1;
    }
    expect(covered / worlds).toBeGreaterThan(0.93);
    expect(covered / worlds).toBeLessThan(0.97);
  });
});
