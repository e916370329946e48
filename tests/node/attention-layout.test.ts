import { describe, expect, it } from 'vitest';
import { attentionLayout } from '../../src/runtime/attention-layout.ts';

/** By token the slots that it may look at. */
const seen = (tokens: number, past: number, parents: readonly number[]): number[][] => {
  const { bias } = attentionLayout(tokens, past, parents);
  const slots = past + tokens;
  return Array.from({ length: tokens }, (_, token) => Array.from({ length: slots }, (_, slot) => slot).filter((slot) => bias[token * slots + slot] === 0));
};

describe('the layout of a pass', () => {
  it('in one line hides nothing: the kernels hide what comes later', () => {
    const { positions, bias } = attentionLayout(3, 2, null);
    expect(positions).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(bias)).toEqual(new Set([0]));
    expect(bias).toHaveLength(3 * 5);
  });

  it('lets every token see what it follows and itself, in the cache and in the pass', () => {
    // Two tokens of text go on from a cache of three; one branch hangs on the cache's second token, one on the text's first.
    const parents = [2, 3, 1, 5, 3];
    expect(seen(5, 3, parents)).toEqual([[0, 1, 2, 3], [0, 1, 2, 3, 4], [0, 1, 5], [0, 1, 5, 6], [0, 1, 2, 3, 7]]);
    expect(attentionLayout(5, 3, parents).positions).toEqual([0, 1, 2, 3, 4, 2, 3, 4]);
  });

  it('holds texts that begin anew beside each other', () => {
    expect(seen(4, 0, [-1, 0, -1, 2])).toEqual([[0], [0, 1], [2], [2, 3]]);
    expect(attentionLayout(4, 0, [-1, 0, -1, 2]).positions).toEqual([0, 1, 0, 1]);
  });

  it.each([
    ['itself', 1, [1]],
    ['a later token', 0, [1, 0]],
    ['no place', 2, [-2]],
    ['half a place', 2, [0.5]],
    ['more places than there are tokens', 0, [-1, 0]],
  ])('is refused where a token would follow %s', (_, past, parents) => {
    expect(() => attentionLayout(past === 0 && parents[0] === -1 ? 1 : parents.length, past, parents)).toThrow(/internal|follow|parents/);
  });
});
