/** Text that goes round and round: what steering that is too strong makes of a small model first. */

/** Tokens of the longest circle that is looked for, times that it must go round, and tokens that it must fill. */
const LONGEST = 12;
const ROUNDS = 4;
const FEWEST = 16;

/**
 * Of so many last tokens fewer than this share are different ones; unsteered, SmolLM2-135M keeps above 0.6, and at twice
 * the strength of a KL of 2 nats it falls to a third.
 */
const WINDOW = 40;
const FEWEST_DISTINCT = 0.4;

/**
 * Whether tokens end in a circle: a stretch of up to 12 that fills the last 4 rounds, and at least 16 tokens; or
 * whether fewer than 16 of the last 40 differ.
 */
export function repeatsItself(ids: readonly number[]): boolean {
  const last = ids.slice(-WINDOW);
  if (last.length === WINDOW && new Set(last).size < FEWEST_DISTINCT * WINDOW) return true;
  return Array.from({ length: LONGEST }, (_, index) => index + 1).some((length) => {
    const filled = Math.max(FEWEST, ROUNDS * length);
    return ids.length >= filled && goesRound(ids, length, filled);
  });
}

function goesRound(ids: readonly number[], length: number, filled: number): boolean {
  for (let back = 1; back <= filled - length; back += 1) if (ids.at(-back) !== ids.at(-back - length)) return false;
  return true;
}

/** Share of words that stood in the text before: 1 less distinct words over words, upper and lower case alike; 0 below two words. */
export function repeatedShare(words: readonly string[]): number {
  if (words.length < 2) return 0;
  return 1 - new Set(words.map((word) => word.toLowerCase())).size / words.length;
}
