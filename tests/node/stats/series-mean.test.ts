import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dependentBlock } from '../../../src/stats/dependent-block.ts';
import { createRng } from '../../../src/base/rng.ts';
import { seriesMean } from '../../../src/stats/series-mean.ts';
import { mean } from '../../../src/stats/stats.ts';

interface Series {
  rho: number;
  values: number[];
  circular: number;
  half_widths: Record<string, number>;
}
const { series } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/compare.fixture.json', import.meta.url), 'utf8'),
) as {
  series: Series[];
};

/** A series around zero whose neighbours are correlated by `rho`. */
function autoregressive(n: number, rho: number, seed: number): number[] {
  const rng = createRng(seed);
  let value = rng.normal() / Math.sqrt(1 - rho * rho);
  return Array.from({ length: n }, () => (value = rho * value + rng.normal()));
}

describe('the length of a block', () => {
  it('is the one of another implementation, where that is above the cube root', () => {
    for (const { values, circular } of series) {
      const least = Math.ceil(values.length ** (1 / 3));
      expect(Math.abs(dependentBlock(values) - Math.max(least, circular))).toBeLessThanOrEqual(1);
    }
  });

  it('is never more than a fifth of the series, nor less than one', () => {
    for (const n of [5, 10, 30, 31, 100]) expect(dependentBlock(autoregressive(n, 0.99, n))).toBeLessThanOrEqual(n / 5);
    expect(dependentBlock(new Float64Array(40))).toBeGreaterThanOrEqual(1);
  });
});

describe('the mean of a series', () => {
  it('has an interval as wide as the closed form of the block bootstrap says', () => {
    for (const { values, half_widths } of series) {
      for (const [block, expected] of Object.entries(half_widths)) {
        const { interval, mean: centre, block: used } = seriesMean(values, 1, () => Number(block));
        expect(used).toBe(Number(block));
        expect(centre).toBeCloseTo(mean(values), 12);
        expect((interval!.high - interval!.low) / 2 / expected, `n ${values.length}, block ${block}`).toBeGreaterThan(
          0.9,
        );
        expect((interval!.high - interval!.low) / 2 / expected, `n ${values.length}, block ${block}`).toBeLessThan(1.1);
      }
    }
  });

  it('holds the true mean about as often as it says, where neighbours resemble each other', () => {
    for (const [n, rho] of [
      [60, 0],
      [200, 0.5],
    ] as const) {
      let held = 0;
      for (let seed = 1; seed <= 150; seed += 1) {
        const { interval } = seriesMean(autoregressive(n, rho, seed), 1);
        if (interval!.low <= 0 && interval!.high >= 0) held += 1;
      }
      expect(held / 150, `n ${n}, rho ${rho}`).toBeGreaterThan(0.86);
      expect(held / 150, `n ${n}, rho ${rho}`).toBeLessThan(1);
    }
  });

  it('is wider than drawing single values would make it', () => {
    const values = autoregressive(400, 0.9, 4);
    const width = (of: ReturnType<typeof seriesMean>): number => of.interval!.high - of.interval!.low;
    expect(width(seriesMean(values, 1))).toBeGreaterThan(2 * width(seriesMean(values, 1, () => 1)));
  });

  it('leaves out what is not a number, and counts the rest', () => {
    const values = autoregressive(60, 0, 1);
    expect(seriesMean([Number.NaN, ...values, Number.NaN], 1)).toEqual(seriesMean(values, 1));
    expect(seriesMean(values, 1).n).toBe(60);
  });

  it('has no interval where it is too short, and no value where it is empty', () => {
    expect(seriesMean(autoregressive(29, 0, 1), 1)).toMatchObject({ n: 29, interval: null, block: 0 });
    expect(seriesMean([], 1)).toEqual({ mean: Number.NaN, n: 0, interval: null, block: 0 });
  });

  it('is exactly zero with an interval of exactly zero, for zeros', () => {
    expect(seriesMean(new Float32Array(80), 1)).toMatchObject({ mean: 0, interval: { low: 0, high: 0 } });
  });
});
