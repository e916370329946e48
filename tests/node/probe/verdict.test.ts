/** Small arithmetic of the Train place: verdicts, cosines, and what the worker remembers. */
import { describe, expect, test } from 'vitest';
import { cosineByLayer } from '../../../src/stats/linear/cosine.ts';
import type { Effect } from '../../../src/probe/report-types.ts';
import { verdict } from '../../../src/probe/claims/verdict.ts';

describe('a verdict', () => {
  const of = (low: number | null, high: number | null, wanted: Effect['wanted'], unit: Effect['unit'] = 'score') =>
    verdict({ value: 0, low, high, n: 24 }, wanted, unit);

  test.each([
    [0.1, 1, 'above zero', 'as wanted'],
    [-0.1, 1, 'above zero', 'open'],
    [-1, -0.1, 'above zero', 'not as wanted'],
    [-1, -0.1, 'below zero', 'as wanted'],
    [-0.3, 0.4, 'near zero', 'as wanted'],
    [-1.5, 1.5, 'near zero', 'open'],
    [0.05, 0.2, 'near zero', 'not as wanted'],
    [0.51, 0.7, 'above 0.5', 'as wanted'],
    [0.49, 0.9, 'above 0.5', 'open'],
    [0.2, 0.5, 'above 0.5', 'not as wanted'],
    [0.92, 0.99, 'near 1', 'as wanted'],
    [0.6, 0.8, 'near 1', 'not as wanted'],
    [0.8, 0.95, 'near 1', 'open'],
    [null, null, 'above zero', 'open'],
  ] as const)('of %s to %s, wanted %s, is %s', (low, high, wanted, expected) => {
    expect(of(low, high, wanted)).toBe(expected);
  });

  test('of AUROC measures nearness in AUROC', () => {
    expect(of(0.45, 0.55, 'near 0.5', 'AUROC')).toBe('as wanted');
    expect(of(0.3, 0.7, 'near 0.5', 'AUROC')).toBe('open');
    expect(of(0.55, 0.7, 'near 0.5', 'AUROC')).toBe('not as wanted');
  });
});

describe('cosines', () => {
  test('are those of the rows, and no number where a direction is missing', () => {
    const a = Float32Array.of(0, 0, 1, 0, 3, 4);
    const b = Float32Array.of(1, 1, 1, 1, -6, -8);
    const [none, half, opposite] = cosineByLayer(a, b, 2);
    expect(none).toBeNaN();
    expect(half).toBeCloseTo(Math.SQRT1_2, 12);
    expect(opposite).toBeCloseTo(-1, 12);
    expect(() => cosineByLayer(a, b.subarray(2), 2)).toThrow(RangeError);
  });
});
