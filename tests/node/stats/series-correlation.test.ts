/** The correlation of two series against numpy and scipy, and how often its interval is wrong about series that have nothing in common. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import { FEWEST_PAIRS, seriesCorrelation } from '../../../src/stats/series-correlation.ts';

interface Case {
  readonly name: string;
  readonly a: number[];
  readonly b: number[];
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly effective: number;
}
const { cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/series/series-correlation.fixture.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

describe('the correlation of two series', () => {
  it.each(cases)('$name is that of numpy and scipy', ({ a, b, value, low, high, n, effective }) => {
    const found = seriesCorrelation(a, b)!;
    expect(found.n).toBe(n);
    expect(found.effective).toBeCloseTo(effective, 6);
    expect(found.value).toBeCloseTo(value, 9);
    expect(found.low).toBeCloseTo(low, 6);
    expect(found.high).toBeCloseTo(high, 6);
  });

  it('is none of too few pairs, and of a series that stands still', () => {
    const rng = createRng(1);
    const noise = Float64Array.from({ length: FEWEST_PAIRS }, () => rng.normal());
    const other = noise.map(() => rng.normal());
    expect(seriesCorrelation(noise, other)).not.toBeNull();
    expect(seriesCorrelation(noise.subarray(1), other)).toBeNull();
    expect(
      seriesCorrelation(
        noise,
        other.map(() => 2),
      ),
    ).toBeNull();
  });

  it('holds 0 in about 95 of 100 pairs that have nothing in common, though each resembles itself', () => {
    const rng = createRng(5);
    const drifting = (): Float64Array => {
      let state = 0;
      return Float64Array.from({ length: 80 }, () => (state = 0.6 * state + rng.normal()));
    };
    let [wrong, wrongIfIndependent] = [0, 0];
    const trials = 1000;
    for (let trial = 0; trial < trials; trial += 1) {
      const { low, high, value, n } = seriesCorrelation(drifting(), drifting())!;
      if (low > 0 || high < 0) wrong += 1;
      if (Math.abs(Math.atanh(value)) > 1.96 / Math.sqrt(n - 3)) wrongIfIndependent += 1;
    }
    expect(wrong / trials).toBeGreaterThan(0.03);
    expect(wrong / trials).toBeLessThan(0.08);
    // Taken for independent, neighbours would be believed three times as often.
    expect(wrongIfIndependent / trials).toBeGreaterThan(0.14);
  });
});
