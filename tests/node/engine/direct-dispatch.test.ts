/** The rule of workgroup counts, learned from what captured passes dispatch. */
import { expect, test } from 'vitest';
import { learnRule, type SeenDispatch } from '../../../src/engine/ort/webgpu/direct-dispatch.ts';

const seen = (stretch: number, lengths: readonly number[], heads = 9): SeenDispatch[] =>
  lengths.map((tokens) => ({ tokens, counts: [Math.ceil(tokens / stretch), heads, 1] }));

test.each([16, 32, 64, 128, 256])('stretches of %i tokens are found', (stretch) => {
  expect(learnRule(seen(stretch, [65, 129, 193, 257]))).toEqual({ tokens: stretch, y: 9, z: 1 });
});

test('lengths that several rules fit teach none', () => {
  expect(learnRule(seen(64, [10, 12]))).toBeNull();
  expect(learnRule([])).toBeNull();
});

test('counts that follow no stretch, or differ in another direction, teach none', () => {
  const odd = seen(64, [65, 129, 193, 257]);
  expect(learnRule([...odd, { tokens: 257, counts: [4, 9, 1] }])).toBeNull();
  expect(learnRule([...odd, { tokens: 257, counts: [5, 3, 1] }])).toBeNull();
  expect(learnRule([...odd, { tokens: 257, counts: [5, 9, 2] }])).toBeNull();
  expect(learnRule(seen(48, [65, 129, 193, 257]))).toBeNull();
});
