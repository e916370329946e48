import { describe, expect, it } from 'vitest';
import { peaks, sentenceStarts, sentenceStep } from '../../../src/text/token-walk.ts';

const pieces = ['Sam', ' ran', '.', ' He', ' fell', '.”', ' Up', ' again'];

describe('walking through a reading', () => {
  it('starts a sentence after every end', () => {
    expect(sentenceStarts(pieces)).toEqual([0, 3, 6]);
    expect(sentenceStarts([])).toEqual([]);
  });

  it('steps by sentences and stays inside the text', () => {
    expect(sentenceStep([0, 3, 6], 1, 1)).toBe(3);
    expect(sentenceStep([0, 3, 6], 4, -1)).toBe(3);
    expect(sentenceStep([0, 3, 6], 7, 1)).toBe(7);
    expect(sentenceStep([0, 3, 6], 0, -1)).toBe(0);
  });

  it('finds the peaks of either sign that stand out', () => {
    expect(peaks([NaN, 0, 1, 3, 1, 0, 0, 0, -1, -4, -1, 0, 0.2, 0], 0.5)).toEqual([3, 9]);
  });

  it('counts a plateau once', () => {
    expect(peaks([0, 2, 2, 2, 0], 0.5)).toEqual([1]);
  });
});
