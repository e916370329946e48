import { describe, expect, it } from 'vitest';
import { patchWork, streamsEvery } from '../../../src/steering/patch-work.ts';
import { checkGrid, MOST_CELLS, pairTokens, patchPairs } from '../../../src/steering/patch-plan.ts';

const words = (text: string): string[] => text.split(/(?= )/);
const show = (a: string, b: string): string[] => pairTokens(words(a), words(b)).map((pair) => `${pair.a}>${pair.b}`);

describe('which token is patched into which', () => {
  it('is the same token where both have it, and the start of the text is left alone', () => {
    expect(show('She fed the old dog', 'She fed the old dog')).toEqual(['1>1', '2>2', '3>3', '4>4']);
    expect(show('She fed the old dog', 'She kicked the old dog')).toEqual(['1>1', '2>2', '3>3', '4>4']);
  });

  it('is the last of a stretch that differs opposite the last, and so back', () => {
    // "took care of" against "kicked": the last word of the longer stretch is the one with a partner.
    expect(show('And she took care of the small dog at home', 'And she kicked the small dog at home')).toEqual([
      '1>1',
      '4>2',
      '5>3',
      '6>4',
      '7>5',
      '8>6',
      '9>7',
    ]);
    expect(show('And she kicked the small dog at home', 'And she took care of the small dog at home')).toEqual([
      '1>1',
      '2>4',
      '3>5',
      '4>6',
      '5>7',
      '6>8',
      '7>9',
    ]);
  });

  it('is from the ends where the texts share too little', () => {
    expect(show('one two three four five', 'six seven eight')).toEqual(['3>1', '4>2']);
  });

  it('begins where the texts differ unless tokens are named', () => {
    const [a, b] = [words('She fed the old dog'), words('She fed the small dog')];
    expect(patchPairs(a, b, 'differing').map((pair) => pair.b)).toEqual([3, 4]);
    expect(patchPairs(a, b, [1, 4]).map((pair) => pair.b)).toEqual([1, 4]);
    expect(() => patchPairs(a, b, [9])).toThrow(/Token 9 of B has no partner/);
    // Two equal texts are patched throughout: nothing must come of it.
    expect(patchPairs(a, a, 'differing').map((pair) => pair.b)).toEqual([1, 2, 3, 4]);
  });

  it('keeps pairs whose places differ though the words are the same', () => {
    const pairs = patchPairs(words('She never fed the dog'), words('She fed the dog'), 'differing');
    expect(pairs).toEqual([
      { a: 2, b: 1 },
      { a: 3, b: 2 },
      { a: 4, b: 3 },
    ]);
  });
});

describe('the layers of a grid', () => {
  it('are every so many, the first and the last among them', () => {
    expect(streamsEvery(3, 30)).toEqual([1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    expect(streamsEvery(4, 30)).toEqual([1, 4, 8, 12, 16, 20, 24, 28, 30]);
    expect(streamsEvery(1, 3)).toEqual([1, 2, 3]);
    expect(streamsEvery(50, 3)).toEqual([1, 3]);
  });

  it('are refused where the model has none, and where there are too many patches', () => {
    const pair = { a: 1, b: 1 };
    expect(() => checkGrid([pair], [], 30)).toThrow(/cannot be patched/);
    expect(() => checkGrid([pair], [31], 30)).toThrow(/the model has 1 to 30/);
    expect(() => checkGrid(new Array(100).fill(pair), streamsEvery(1, 30), 30)).toThrow(
      new RegExp(`3000 patches, more than ${MOST_CELLS}`),
    );
  });

  it('cost about what is left of B from each token on', () => {
    // Two of four words are left: 2.6 tokens, then 1.3 fewer.
    expect(patchWork('She fed the dog', 'She fed a cat', 10, 3)).toBe(Math.round((30 * 2.6 * 3.6) / 2));
    expect(patchWork('She fed the dog', 'She fed the dog', 10, 1)).toBe(Math.round((10 * 3.9 * 4.9) / 2));
    expect(patchWork('', '', 10, 1)).toBeGreaterThanOrEqual(0);
  });
});
