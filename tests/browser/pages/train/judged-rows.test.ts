/** The marks of controls in the tables of Train: what is wanted follows the axis of the probe. */
import { describe, expect, it } from 'vitest';
import { effectGroups } from '../../../../src/features/train/judging/judged-rows.ts';
import type { ControlResult, Effect } from '../../../../src/probe/report-types.ts';

const effect = (changes: Partial<Effect>): Effect => ({
  label: 'an effect',
  estimate: { value: 1, low: 0.8, high: 1.2, n: 40 },
  unit: 'score',
  wanted: 'above zero',
  ...changes,
});
const negation: ControlResult = {
  name: 'negation',
  about: 'Sentences and their denials.',
  trained: false,
  effects: [
    effect({ label: 'in units' }),
    effect({ label: 'share', unit: 'share', wanted: 'above 0.5', estimate: { value: 0.9, low: 0.8, high: 1, n: 40 } }),
  ],
};
const marks = (positive: string, negative: string, control = negation) =>
  effectGroups({ positive, negative, neutral: 'neutral' }, control).flatMap(({ rows }) =>
    rows.map(({ wanted }) => wanted),
  );

describe('the marks of a control that was made for axes of conduct', () => {
  it('are as the control says for such an axis', () => {
    expect(marks('kind', 'cruel')).toEqual([
      { words: 'should lie above 0', verdict: 'as wanted' },
      { words: 'should lie above 0.5', verdict: 'as wanted' },
    ]);
  });

  it('say that another axis should not move', () => {
    expect(marks('formal', 'casual')).toEqual([
      { words: 'should lie near 0', verdict: 'not as wanted' },
      { words: 'should lie near 0.5', verdict: 'not as wanted' },
    ]);
  });
});

it('leaves what other controls want as it is, on any axis', () => {
  const own = { ...negation, name: 'own-control' };
  expect(marks('formal', 'casual', own)).toEqual(marks('kind', 'cruel', own));
});
