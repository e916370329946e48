/** How large a grid of patches is, and how much there is to read for it. */
import { wordsOf } from '../text/words.ts';

/** Every so many streams from 1 to the last, both of these among them. */
export function streamsEvery(step: number, layerCount: number): number[] {
  const streams = Array.from({ length: Math.floor(layerCount / step) }, (_, index) => (index + 1) * step);
  return [...new Set([1, ...streams, layerCount])].sort((x, y) => x - y);
}

/**
 * Tokens that the model reads for a grid, about: each patched copy of B from its token on, as often as there are grids. The
 * page knows words, not tokens; an English word is about 1.3 of them.
 */
export function patchWork(a: string, b: string, streams: number, grids: number): number {
  const [before, after] = [wordsOf(a), wordsOf(b)];
  const first = after.findIndex((word, index) => word !== before[index]);
  const left = TOKENS_A_WORD * (after.length - (first < 0 ? 1 : first));
  return Math.round((streams * grids * left * (left + 1)) / 2);
}

const TOKENS_A_WORD = 1.3;
