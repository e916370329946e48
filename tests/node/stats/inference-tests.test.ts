/** Permutation tests, corrections and readings of intervals that experiments share, against scipy, statsmodels and cases worked by hand. */
import { describe, expect, it } from 'vitest';
import { holm } from '../../../src/stats/holm.ts';
import { midRanks } from '../../../src/stats/mid-ranks.ts';
import { pageTrend } from '../../../src/stats/page-trend.ts';
import { ropeReading } from '../../../src/experiments/rope.ts';
import { signFlip } from '../../../src/stats/sign-flip.ts';
import { spearman } from '../../../src/stats/spearman.ts';
import { drawnWithin, inference } from '../../fixtures/reference/inference.ts';

describe('the sign-flip test', () => {
  it('tries every flip where it can: of three values of one sign only all plus and all minus reach the sum', () => {
    expect(signFlip([1, 2, 3], 8, 1)).toEqual({ p: 2 / 8, exact: true });
    // -0.3 + 0.1 + 0.2: 0 in any order of summation, so every flip reaches it.
    expect(signFlip([-0.3, 0.1, 0.2], 8, 1).p).toBe(1);
  });

  it('gives the exact p of scipy.stats.permutation_test', () => {
    const { few, p_few } = inference.sign_flip;
    expect(signFlip(few, 4096, 1)).toEqual({ p: p_few, exact: true });
  });

  it('draws flips where there are too many, near the p of all of them, the same for a seed', () => {
    const { many, p_many } = inference.sign_flip;
    const found = signFlip(many, 20_000, 3);
    expect(found.exact).toBe(false);
    expect(Math.abs(found.p - p_many)).toBeLessThan(drawnWithin(p_many, 20_000));
    expect(signFlip(many, 20_000, 3)).toEqual(found);
    expect(signFlip(many, 20_000, 4)).not.toEqual(found);
  });

  it('never gives 0, and 1 where there is nothing', () => {
    expect(
      signFlip(
        Array.from({ length: 60 }, () => 1),
        999,
        1,
      ),
    ).toEqual({ p: 1 / 1000, exact: false });
    expect(signFlip([], 100, 1)).toEqual({ p: 1, exact: true });
    expect(signFlip([0, 0, 0], 100, 1).p).toBe(1);
    expect(signFlip(new Float64Array(30), 100, 1).p).toBe(1);
    expect(signFlip([1, NaN], 100, 1).p).toBeNaN();
  });
});

describe("Holm's correction", () => {
  it('is that of statsmodels', () => {
    holm(inference.holm.p).forEach((value, i) => expect(value).toBeCloseTo(inference.holm.adjusted[i]!, 12));
  });

  it('multiplies the least by all, keeps the order and stops at 1', () => {
    expect(holm([0.03, 0.01, 0.02])).toEqual([0.04, 0.03, 0.04]);
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
  });

  it('leaves a contrast without p alone and does not count it', () => {
    expect(holm([null, 0.01, null, 0.02])).toEqual([null, 0.02, null, 0.02]);
    expect(holm([])).toEqual([]);
  });
});

describe('an interval against a region of practical equivalence', () => {
  it.each([
    [-0.05, 0.05, 'within'],
    [-0.1, 0.1, 'within'],
    [0.11, 0.3, 'above'],
    [-0.3, -0.11, 'below'],
    [0.1, 0.3, 'open'],
    [0, 0.2, 'open'],
    [-0.2, 0.2, 'open'],
  ] as const)('[%f, %f] lies %s', (low, high, reading) => {
    expect(ropeReading({ value: (low + high) / 2, low, high, n: 10 }, [-0.1, 0.1])).toBe(reading);
  });

  it('is open without an interval', () => {
    expect(ropeReading({ value: 0, low: null, high: null, n: 3 }, [-0.1, 0.1])).toBe('open');
  });
});

describe("Page's trend test", () => {
  const { rows, l, p, tied, l_tied, p_tied } = inference.page;

  it('finds the L of scipy.stats.page_trend_test and comes near its exact p', () => {
    const found = pageTrend(rows, 20_000, 2);
    expect(found.l).toBe(l);
    expect(Math.abs(found.p - p)).toBeLessThan(drawnWithin(p, 20_000));
  });

  it('ranks ties in the middle', () => {
    expect([...midRanks([3, 1, 1, 2])]).toEqual([4, 1.5, 1.5, 3]);
    const found = pageTrend(tied, 20_000, 2);
    expect(found.l).toBe(l_tied);
    expect(Math.abs(found.p - p_tied)).toBeLessThan(drawnWithin(p_tied, 20_000));
  });

  it('is one-sided, with order 1 and -1 where every row rises or falls', () => {
    const rising = Array.from({ length: 5 }, () => [1, 2, 3, 4]);
    // 5 (1 + 4 + 9 + 16)
    expect(pageTrend(rising, 999, 1)).toEqual({ l: 150, order: 1, p: 1 / 1000 });
    expect(
      pageTrend(
        rising.map((row) => [...row].reverse()),
        999,
        1,
      ),
    ).toEqual({ l: 100, order: -1, p: 1 });
    expect(pageTrend([], 99, 1).p).toBeNaN();
    expect(pageTrend([[1, NaN, 2]], 99, 1).p).toBeNaN();
  });
});

describe('the rank correlation', () => {
  it('is that of scipy.stats.spearmanr, ties included', () => {
    expect(spearman(inference.spearman.x, inference.spearman.y)).toBeCloseTo(inference.spearman.rho, 11);
  });

  it('is 1 for anything that only rises, and nothing where a list does not vary', () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 100, 1000])).toBe(1);
    // 1 - 6 Σd² / n(n² - 1), d = 1, 1, 0
    expect(spearman([1, 2, 3], [2, 1, 3])).toBeCloseTo(0.5, 12);
    expect(spearman([1, 2, 3], [5, 5, 5])).toBeNaN();
  });
});
