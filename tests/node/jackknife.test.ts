import { describe, expect, it } from 'vitest';
import { jackknifeAuroc } from '../../src/core/jackknife.ts';

describe('the jackknife', () => {
  it('has the textbook standard error of a mean, on the logit scale', () => {
    // For a mean, the delete-one jackknife is s/sqrt(n) exactly.
    const values = [0.61, 0.74, 0.68, 0.9, 0.55, 0.83, 0.7, 0.77];
    const n = values.length;
    const total = values.reduce((a, b) => a + b, 0);
    const mean = total / n;
    const found = jackknifeAuroc(mean, values.map((value) => (total - value) / (n - 1)));
    const se = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) / n);
    const logit = (p: number): number => Math.log(p / (1 - p));
    expect(logit(found.high!) - logit(mean)).toBeCloseTo((1.959963984540054 * se) / (mean * (1 - mean)), 10);
    expect(logit(mean) - logit(found.low!)).toBeCloseTo((1.959963984540054 * se) / (mean * (1 - mean)), 10);
    expect(found).toMatchObject({ value: mean, n });
  });

  it('stays within 0 and 1, and has no interval below six topics', () => {
    expect(jackknifeAuroc(1, [1, 1, 0.98, 1, 1, 1])).toMatchObject({ high: 1 });
    expect(jackknifeAuroc(0.97, [0.5, 0.99, 0.99, 0.99, 0.99, 0.99]).high!).toBeLessThan(1);
    expect(jackknifeAuroc(0.7, [0.7, 0.7, 0.7, 0.7, 0.7])).toEqual({ value: 0.7, low: null, high: null, n: 5, note: 'too few topics for an interval' });
  });
});
