/** Power, intervals over clusters, fits and posteriors that experiments share, against scipy, statsmodels and cases worked by hand. */
import { describe, expect, it } from 'vitest';
import { clusterStatistic, clusterStatistics } from '../../../src/stats/cluster-statistic.ts';
import { dirichletDraws } from '../../../src/stats/dirichlet.ts';
import { clusterMean } from '../../../src/stats/effect.ts';
import { etaSquared } from '../../../src/stats/eta-squared.ts';
import { clusterLeastSquares, leastSquares } from '../../../src/stats/linear/least-squares.ts';
import { tDistribution } from '../../../src/stats/noncentral-t.ts';
import { logNormalBayesFactor, normalBayesFactor } from '../../../src/stats/normal-bayes-factor.ts';
import { logNormalBetween, normalBelow } from '../../../src/stats/normal-distribution.ts';
import { detectable, detectableBetween, powerAt } from '../../../src/stats/power.ts';
import { mean, quantile, standardDeviation } from '../../../src/stats/stats.ts';
import { inference } from '../../fixtures/reference/inference.ts';

const relative = (found: number, expected: number): number => (found === expected ? 0 : Math.abs(found / expected - 1));

describe('distributions', () => {
  it('the normal is that of scipy far into both tails', () => {
    const { z, below, between, log_between } = inference.normal;
    for (const [i, at] of z.entries()) expect(relative(normalBelow(at), below[i]!)).toBeLessThan(1e-11);
    for (const [i, [from, to]] of between.entries())
      expect(Math.abs(logNormalBetween(from, to) - log_between[i]!)).toBeLessThan(
        1e-9 * Math.max(1, Math.abs(log_between[i]!)),
      );
    expect(logNormalBetween(-Infinity, 0)).toBeCloseTo(Math.log(0.5), 12);
    expect(logNormalBetween(3, Infinity)).toBeCloseTo(Math.log(normalBelow(-3)), 12);
  });

  it("Student's t and its noncentral kin are those of scipy", () => {
    for (const { df, x, shift, below } of inference.student.below)
      expect(Math.abs(tDistribution(df).below(x, shift) - below)).toBeLessThan(1e-8);
    for (const { df, probability, x } of inference.student.quantiles)
      expect(relative(tDistribution(df).quantile(probability), x)).toBeLessThan(1e-6);
    // One degree of freedom is Cauchy's: 1/2 + atan(1)/π.
    expect(tDistribution(1).below(1)).toBeCloseTo(0.75, 8);
  });
});

describe('power', () => {
  it('is that of statsmodels for one sample', () => {
    for (const { effect, sd, n, power } of inference.power.one)
      expect(Math.abs(powerAt(effect, sd, n) - power)).toBeLessThan(1e-6);
  });

  it('finds the smallest effect that statsmodels finds', () => {
    for (const { sd, n, power, alpha, effect } of inference.power.detectable)
      expect(relative(detectable(sd, n, power, alpha), effect)).toBeLessThan(1e-5);
    expect(powerAt(detectable(2, 17), 2, 17)).toBeCloseTo(0.8, 9);
  });

  it('finds the smallest difference between two groups, by their own spreads and numbers', () => {
    for (const { sd_a, n_a, sd_b, n_b, effect } of inference.power.between)
      expect(relative(detectableBetween(sd_a, n_a, sd_b, n_b), effect)).toBeLessThan(1e-6);
  });

  it('says nothing of one unit, and everything of units that do not vary', () => {
    expect(detectable(1, 1)).toBeNaN();
    expect(powerAt(1, 1, 1)).toBeNaN();
    expect(detectableBetween(1, 1, 1, 9)).toBeNaN();
    expect(detectable(0, 12)).toBe(0);
    expect(detectableBetween(0, 12, 0, 12)).toBe(0);
    expect(powerAt(0.1, 0, 12)).toBe(1);
    expect(powerAt(0, 0, 12)).toBeCloseTo(0.05, 9);
  });
});

describe('a statistic over clusters', () => {
  const { x, y, slope, low, high } = inference.cluster;
  const slopeOf = (pick: Int32Array): number => {
    let xy = 0;
    let xx = 0;
    for (const i of pick) {
      xy += x[i]! * y[i]!;
      xx += x[i]! ** 2;
    }
    return xy / xx;
  };

  it('has the interval of scipy.stats.bootstrap, to what draws leave open', () => {
    const found = clusterStatistic(x.length, slopeOf, 20_000, 1);
    expect(found.value).toBeCloseTo(slope, 11);
    expect(found.n).toBe(30);
    // The interval is 0.11 wide.
    expect(Math.abs(found.low! - low)).toBeLessThan(0.002);
    expect(Math.abs(found.high! - high)).toBeLessThan(0.002);
  });

  it('is the mean over clusters where the statistic is the mean', () => {
    expect(clusterStatistic(y.length, (pick) => mean(Array.from(pick, (i) => y[i]!)), 500, 7)).toEqual(
      clusterMean(y, 500, 7),
    );
  });

  it('gives no interval for few clusters, and does not count resamples without a number', () => {
    expect(clusterStatistic(5, (pick) => pick.length, 100, 1)).toEqual({
      value: 5,
      low: null,
      high: null,
      n: 5,
      note: 'too few items for an interval',
    });
    const holes = clusterStatistic(8, (pick) => (pick.includes(0) ? 3 + pick[0]! / 10 : NaN), 400, 1);
    expect([holes.low! >= 3, holes.high! < 4]).toEqual([true, true]);
    expect(clusterStatistic(8, () => NaN, 100, 1)).toMatchObject({ low: null, note: 'no resample gives a number' });
  });

  it('gives several statistics of the same resamples', () => {
    const [a, b] = clusterStatistics(30, (pick) => [slopeOf(pick), 2 * slopeOf(pick)], 200, 1);
    expect(a).toEqual(clusterStatistic(30, slopeOf, 200, 1));
    expect(b?.low).toBe(2 * a!.low!);
  });
});

describe('least squares', () => {
  const { columns, y, coefficients, residual_sd, low, high, standard_errors } = inference.least_squares;

  it('finds the coefficients and the residual spread of statsmodels', () => {
    const fit = leastSquares(columns, y);
    expect(Object.keys(fit.coefficients)).toEqual(['intercept', 'm', 'o', 'mo', 'prior']);
    for (const [name, value] of Object.entries(coefficients)) expect(fit.coefficients[name]).toBeCloseTo(value, 10);
    expect(fit.residualSd).toBeCloseTo(residual_sd, 10);
  });

  it('gives every coefficient the interval of resampled rows', () => {
    const found = clusterLeastSquares(columns, y, 4000, 3);
    for (const [name, value] of Object.entries(coefficients)) {
      const estimate = found[name]!;
      expect(estimate.value).toBeCloseTo(value, 10);
      expect(estimate.n).toBe(40);
      expect(Math.abs(estimate.low! - low[name]!)).toBeLessThan(0.2 * standard_errors[name]!);
      expect(Math.abs(estimate.high! - high[name]!)).toBeLessThan(0.2 * standard_errors[name]!);
    }
  });

  it('runs a line through two points, and a mean through none', () => {
    expect(leastSquares({ x: [1, 3] }, [5, 9]).coefficients).toEqual({ intercept: 3, x: 2 });
    expect(leastSquares({ x: [1, 3] }, [5, 9]).residualSd).toBeNaN();
    expect(leastSquares({}, [1, 2, 6])).toEqual({ coefficients: { intercept: 3 }, residualSd: Math.sqrt(7) });
  });

  it('determines nothing where a column does not vary, depends on others or there are too few rows', () => {
    const a = [1, 2, 3, 4, 5, 6.5];
    for (const other of [a.map(() => 0.1), a.map((value) => 0.3 * value - 1)])
      expect(Object.values(leastSquares({ a, other }, a).coefficients)).toEqual([NaN, NaN, NaN]);
    expect(leastSquares({ a: [1, 2], b: [1, 5] }, [1, 2]).coefficients).toEqual({ intercept: NaN, a: NaN, b: NaN });
    // One row alone differs: about a third of the resamples lack it, and are left out.
    const rare = clusterLeastSquares({ rare: [1, 0, 0, 0, 0, 0, 0, 0] }, [9, 1, 2, 1, 2, 1, 2, 1], 500, 1);
    expect(rare.rare?.low).toBeGreaterThan(6.9);
  });
});

describe('the Dirichlet posterior', () => {
  const { counts, prior, mean: means, sd, quantiles } = inference.dirichlet;
  const DRAWS = 40_000;
  const drawn = dirichletDraws(counts, prior, DRAWS, 11);
  const share = (k: number): Float64Array => Float64Array.from(drawn, (draw) => draw[k]!);

  it('has the moments and quantiles of scipy, for counts of nothing too', () => {
    counts.forEach((_, k) => {
      expect(Math.abs(mean(share(k)) - means[k]!)).toBeLessThan((4 * sd[k]!) / Math.sqrt(DRAWS));
      expect(relative(standardDeviation(share(k), 'sample'), sd[k]!)).toBeLessThan(0.04);
      for (const { probability, x } of quantiles)
        expect(Math.abs(quantile(share(k), probability) - x[k]!)).toBeLessThan(0.03 * sd[k]!);
    });
  });

  it('draws probabilities, the same for a seed, even of tiny shapes; refuses a shape of nothing', () => {
    for (const draw of [...drawn.slice(0, 50), ...dirichletDraws([0, 0], 0.001, 50, 1)])
      expect(draw.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    expect(dirichletDraws(counts, prior, 3, 11)).toEqual(drawn.slice(0, 3));
    expect(() => dirichletDraws([1, 0], 0, 1, 1)).toThrow(RangeError);
  });
});

describe('the Bayes factor of two regions', () => {
  it('is that of numerical integration', () => {
    for (const { estimate, error, first, second, factor } of inference.bayes_factors)
      expect(relative(normalBayesFactor(estimate, error, first, second), factor)).toBeLessThan(1e-9);
  });

  it('is 1 for one region, turns over with the regions and stays a number far away', () => {
    expect(normalBayesFactor(0.3, 0.1, [0, 1], [0, 1])).toBe(1);
    // Both regions hold all of the likelihood: the narrower one predicted it better, by the ratio of widths.
    expect(normalBayesFactor(0, 0.01, [-1, 1], [-2, 2])).toBeCloseTo(2, 12);
    expect(logNormalBayesFactor(1, 0.001, [0.8, 1.25], [0, 0.25])).toBeGreaterThan(1e5);
    expect(logNormalBayesFactor(1, 0.001, [0, 0.25], [0.8, 1.25])).toBe(
      -logNormalBayesFactor(1, 0.001, [0.8, 1.25], [0, 0.25]),
    );
  });
});

describe('shares of variance of a 2 × 2', () => {
  it('are those of statsmodels, scenarios taken out', () => {
    const found = etaSquared(inference.eta_squared.cells);
    for (const [name, value] of Object.entries(inference.eta_squared.share))
      expect(found[name as keyof typeof found]).toBeCloseTo(value, 10);
  });

  it('are all of one factor where nothing else differs, whatever the scenarios', () => {
    expect(
      etaSquared([
        [0, 0, 1, 1],
        [5, 5, 6, 6],
      ]),
    ).toEqual({ first: 1, second: 0, interaction: 0, residual: 0 });
    // Effects of 2 and 1: squares 4 and 1 of 5.
    expect(
      etaSquared([
        [0, 1, 2, 3],
        [9, 10, 11, 12],
      ]),
    ).toMatchObject({ first: 0.8, second: 0.2 });
    expect(etaSquared([[1, 1, 1, 1]]).first).toBeNaN();
  });
});
