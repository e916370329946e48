import { describe, expect, it } from 'vitest';
import { EARLY_FROM, earlyGroup, STEADY_FROM, tokenZero } from '../../../src/reading/early-tokens.ts';

describe('the zero of a token by its place', () => {
  it('has groups that begin where they say, none for the sink, and none from the steady place on', () => {
    const group = (position: number): number => earlyGroup(position, EARLY_FROM, STEADY_FROM);
    expect([0, 1, 2, 3, 4, 5, 7, 8, 11, 12, 19, 20, 21].map(group)).toEqual([-1, 0, 1, 2, 2, 3, 3, 4, 4, 5, 5, -1, -1]);
  });

  it('is the group’s own before the steady place, and the layer’s from it on', () => {
    const calibration = { tapMean: 0, scale: 1, tokenMean: 7, tokenSd: 1, smoothSd: 1 };
    const early = { from: EARLY_FROM, steadyFrom: STEADY_FROM, means: [[], [1, 2, 3, 4, 5, 6]] };
    expect([1, 12, 19, 20, 400].map((position) => tokenZero(calibration, early, 1, position))).toEqual([1, 6, 6, 7, 7]);
    // A layer without early groups has its one zero everywhere.
    expect(tokenZero(calibration, early, 0, 3)).toBe(7);
  });
});
