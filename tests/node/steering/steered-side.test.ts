/** Whether a reading can say that a text went where it was steered. */
import { describe, expect, it } from 'vitest';
import { steeredSide } from '../../../src/steering/steered-side.ts';

const kind = { positive: 'kind', negative: 'cruel', neutral: 'neutral' };
const formal = { positive: 'formal', negative: 'casual', neutral: 'neutral' };
const added = { mode: 'add', pole: 'positive', strength: 0.25 } as const;

describe('the side of a steered text', () => {
  it('is that of its pole, where the axis that steered is read', () => {
    expect(steeredSide(added, kind, kind)).toBe(1);
    expect(steeredSide({ ...added, pole: 'negative' }, kind, { ...kind, neutral: 'plain' })).toBe(-1);
    expect(steeredSide({ ...added, mode: 'cap', strength: 0 }, kind, kind)).toBe(1);
  });

  it.each([
    ['another axis is read', added, formal],
    ['both poles are taken out', { ...added, mode: 'ablate' } as const, kind],
    ['nothing is added', { ...added, strength: 0 }, kind],
  ])('is none where %s', (_, steering, read) => {
    expect(steeredSide(steering, kind, read)).toBe(0);
  });
});
