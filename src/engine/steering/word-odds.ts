/** How much likelier one way of going on is than another, from rows of logits. */
import { logSumExp } from '../../reading/divergence.ts';
import type { Cache, Decoder } from '../decoder.ts';

/** Two ways of going on, by their tokens; neither is empty. */
export type WordPair = readonly [readonly number[], readonly number[]];

/** Tokens that must be read behind a text to know how likely both words are: each word but its last token. */
export function tailsOf([first, second]: WordPair): WordPair {
  return [first.slice(0, -1), second.slice(0, -1)];
}

/**
 * log p(first) − log p(second) in nats, from the logits after the text and after each token of both {@link tailsOf} in
 * order `[1 + tails, vocabulary]`.
 */
export function wordOdds(rows: Float32Array, vocabulary: number, [first, second]: WordPair): number {
  const row = (index: number): Float32Array => rows.subarray(index * vocabulary, (index + 1) * vocabulary);
  const logP = (word: readonly number[], tailAt: number): number =>
    word.reduce((sum, id, place) => {
      const logits = row(place === 0 ? 0 : tailAt + place - 1);
      return sum + (logits[id] ?? Number.NaN) - logSumExp(logits);
    }, 0);
  return logP(first, 1) - logP(second, first.length);
}

/** The same after a text that has been read: `last` are the logits after it, `cache` ends with it and stays as it is. */
export async function wordOddsAfter(
  decoder: Decoder,
  cache: Cache,
  last: Float32Array,
  words: WordPair,
): Promise<number> {
  const { vocabulary } = decoder.sizes;
  const tails = tailsOf(words);
  const rows = new Float32Array((1 + tails[0].length + tails[1].length) * vocabulary);
  rows.set(last);
  let at = 1;
  for (const tail of tails) {
    if (tail.length === 0) continue;
    const pass = await decoder.run(tail, cache, { logitRows: tail.map((_, token) => token), residuals: false });
    pass.cache.dispose();
    rows.set(pass.logits, at * vocabulary);
    at += tail.length;
  }
  return wordOdds(rows, vocabulary, words);
}
