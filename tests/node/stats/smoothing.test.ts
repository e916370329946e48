import { describe, expect, it } from 'vitest';
import { layerMean, runningMean, trailingMean } from '../../../src/stats/smoothing.ts';

describe('the running mean', () => {
  it('is the mean of the last values, fewer at the start', () => {
    expect([...runningMean([2, 4, 6, 8], 2)]).toEqual([2, 3, 5, 7]);
  });

  it('leaves the sink and failed values out', () => {
    expect([...runningMean([NaN, 4, NaN, 8], 3)]).toEqual([NaN, 4, 4, 6]);
  });

  it('never changes when later tokens arrive', () => {
    const values = [NaN, 1, -3, 2, 5, -1, 0.5];
    const whole = runningMean(values, 4);
    for (let length = 1; length <= values.length; length += 1) {
      expect([...runningMean(values.slice(0, length), 4)]).toEqual([...whole.subarray(0, length)]);
    }
  });

  it('with a window of one is the value itself', () => {
    expect(trailingMean([3, -2], 1, 1)).toBe(-2);
  });

  it('reads one layer of row-major scores and keeps a missing token missing', () => {
    const scores = Float32Array.from([NaN, NaN, 1, 10, 3, 30, NaN, 50]);
    expect(layerMean(scores, 2, 10, 2, 0)).toBe(2);
    expect(layerMean(scores, 2, 10, 2, 1)).toBe(20);
    expect(layerMean(scores, 3, 10, 2, 0)).toBeNaN();
  });
});
