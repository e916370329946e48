/** Several texts laid out as one pass. */
import { expect, it } from 'vitest';
import { attentionLayout } from '../../../src/engine/attention-layout.ts';
import { Forest } from '../../../src/engine/forest.ts';

it('holds what texts begin with alike once, and each text after it', () => {
  const forest = new Forest();
  expect(forest.grow([7, 8, 9])).toEqual([0, 1, 2]);
  expect(forest.grow([7, 8, 5])).toEqual([0, 1, 3]);
  expect(forest.grow([8, 9])).toEqual([4, 5]);
  // What hangs on a text goes on where it is put.
  expect(forest.grow([5, 9], 1)).toEqual([3, 6]);
  expect(forest.ids).toEqual([7, 8, 9, 5, 8, 9, 9]);
  expect(forest.branches).toEqual({ parents: [-1, 0, 1, 1, -1, 4, 3], kept: 0 });
});

it('lets every token see its own text alone, at its place there', () => {
  const forest = new Forest();
  const texts = [
    [7, 8, 9],
    [7, 8, 5, 4],
    [3, 8],
  ].map((ids) => forest.grow(ids));
  const { positions, bias } = attentionLayout(0, forest.branches.parents);
  const slots = forest.ids.length;
  for (const text of texts) {
    for (const [place, slot] of text.entries()) {
      expect(positions[slot]).toBe(place);
      const seen = Array.from({ length: slots }, (_, other) => other).filter(
        (other) => bias[slot * slots + other] === 0,
      );
      expect(seen).toEqual(text.slice(0, place + 1));
    }
  }
});

it('takes back what has grown too far, and grows on as if it had not been there', () => {
  const [forest, untouched] = [new Forest(), new Forest()];
  for (const each of [forest, untouched]) each.grow([7, 8, 9]);
  const size = forest.ids.length;
  forest.grow([7, 8, 5, 6]);
  forest.grow([1]);
  forest.cut(size);
  for (const each of [forest, untouched]) each.grow([7, 8, 5]);
  expect([forest.ids, forest.branches]).toEqual([untouched.ids, untouched.branches]);
});
