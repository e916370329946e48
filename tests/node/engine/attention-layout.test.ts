import { describe, expect, it } from 'vitest';
import { attentionLayout, withinWindow } from '../../../src/engine/attention-layout.ts';

/** By token the slots that it may look at. */
const seen = (past: number, parents: readonly number[]): number[][] => {
  const { bias } = attentionLayout(past, parents);
  const slots = past + parents.length;
  return parents.map((_, token) =>
    Array.from({ length: slots }, (_, slot) => slot).filter((slot) => bias[token * slots + slot] === 0),
  );
};

describe('the layout of a pass', () => {
  it('in one line hides what comes later, as the kernels do by themselves', () => {
    expect(seen(2, [1, 2, 3])).toEqual([
      [0, 1, 2],
      [0, 1, 2, 3],
      [0, 1, 2, 3, 4],
    ]);
    expect(attentionLayout(2, [1, 2, 3]).positions).toEqual([0, 1, 2, 3, 4]);
  });

  it('lets every token see what it follows and itself, in the cache and in the pass', () => {
    // Two tokens of text go on from a cache of three; one branch hangs on the cache's second token, one on the text's first.
    const parents = [2, 3, 1, 5, 3];
    expect(seen(3, parents)).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3, 4],
      [0, 1, 5],
      [0, 1, 5, 6],
      [0, 1, 2, 3, 7],
    ]);
    expect(attentionLayout(3, parents).positions).toEqual([0, 1, 2, 3, 4, 2, 3, 4]);
  });

  it('holds texts that begin anew beside each other', () => {
    expect(seen(0, [-1, 0, -1, 2])).toEqual([[0], [0, 1], [2], [2, 3]]);
    expect(attentionLayout(0, [-1, 0, -1, 2]).positions).toEqual([0, 1, 0, 1]);
  });

  it('follows the branches of a cache that is no one line', () => {
    // Two texts were written by turns behind a beginning of two tokens; each goes on where it was.
    const { positions, bias } = attentionLayout(6, [4, 5], [-1, 0, 1, 1, 2, 3]);
    expect(positions).toEqual([0, 1, 2, 2, 3, 3, 4, 4]);
    expect(
      [0, 1].map((token) =>
        Array.from({ length: 8 }, (_, slot) => slot).filter((slot) => bias[token * 8 + slot] === 0),
      ),
    ).toEqual([
      [0, 1, 2, 4, 6],
      [0, 1, 3, 5, 7],
    ]);
    expect(() => attentionLayout(6, [4], [-1, 0, 1])).toThrow('A cache of 6 tokens came with 3 parents.');
  });

  it.each([
    ['itself', 1, [1]],
    ['a later token', 0, [1, 0]],
    ['no place', 2, [-2]],
    ['half a place', 2, [0.5]],
  ])('is refused where a token would follow %s', (_, past, parents) => {
    expect(() => attentionLayout(past, parents)).toThrow(/cannot follow slot/);
  });
});

describe('a window', () => {
  const seenWithin = (window: number, past: number, parents: readonly number[]): number[][] => {
    const { bias, positions } = attentionLayout(past, parents);
    const slots = past + parents.length;
    const within = withinWindow(bias, positions, slots, window, 'float32');
    return parents.map((_, token) =>
      Array.from({ length: slots }, (_, slot) => slot).filter((slot) => within[token * slots + slot] === 0),
    );
  };

  it('is counted in tokens of the own text, the token itself included, whatever lies between in the cache', () => {
    // Two tokens go on from a cache of four, and two branch off after the cache's second token.
    expect(seenWithin(3, 4, [3, 4, 1, 6])).toEqual([
      [2, 3, 4],
      [3, 4, 5],
      [0, 1, 6],
      [1, 6, 7],
    ]);
    expect(seenWithin(1, 1, [0, 1])).toEqual([[1], [2]]);
  });

  it('in one line of text needs no positions, and leaves the bias that it is given as it was', () => {
    const bias = new Float32Array(2 * 5);
    const within = withinWindow(bias, null, 5, 2, 'float16');
    expect([...within]).toEqual([-60_000, -60_000, 0, 0, 0, -60_000, -60_000, -60_000, 0, 0]);
    expect(bias).toEqual(new Float32Array(10));
  });
});
