/** The exact test of a trend over a few pairs, against counts made elsewhere and a printed table. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exactRankTrend, MOST_PAIRS } from '../../../src/stats/exact-rank-trend.ts';

interface Case {
  readonly x: number[];
  readonly y: number[];
  readonly rho: number;
  readonly rising: number;
  readonly falling: number;
}

const CASES = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/placements/rank-trend.fixture.json', import.meta.url), 'utf8'),
) as Case[];

describe('the exact rank trend', () => {
  test('agrees with every order counted in exact fractions, ties too', () => {
    expect(CASES).toHaveLength(5);
    for (const { x, y, rho, rising, falling } of CASES) {
      const found = exactRankTrend(x, y);
      expect(found.rho).toBeCloseTo(rho, 12);
      expect(found.rising).toBe(rising);
      expect(found.falling).toBe(falling);
    }
  });

  test('gives the printed one-sided p of seven pairs at ρ = 0.714: 0.044', () => {
    const { rho, rising } = exactRankTrend([1, 2, 3, 4, 5, 6, 7], [3, 2, 1, 6, 5, 4, 7]);
    expect(rho).toBeCloseTo(0.714, 3);
    expect(rising).toBeCloseTo(0.044, 3);
  });

  test('is nothing where a list does not vary or is too short, and refuses too many pairs', () => {
    expect(exactRankTrend([1, 2, 3], [4, 4, 4])).toEqual({ rho: NaN, rising: NaN, falling: NaN });
    expect(exactRankTrend([1, 2], [1, 2]).rising).toBeNaN();
    const many = Array.from({ length: MOST_PAIRS + 1 }, (_, i) => i);
    expect(() => exactRankTrend(many, many)).toThrow(RangeError);
    expect(() => exactRankTrend([1, 2, 3], [1, 2])).toThrow(RangeError);
  });
});
