/** Many texts written at once, without a reading: each step reads the next token of every one of them in a single pass. */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import type { TokenChoice } from '../../reading/reading.ts';
import { createRng } from '../../base/rng.ts';
import type { Decoder } from '../decoder.ts';
import { BranchedText } from '../futures/branched-text.ts';
import { linesAtOnce, writeLines, type WritingLine } from '../futures/write-lines.ts';

/** What {@link writeRollouts} needs. */
export interface RolloutParts {
  readonly decoder: Decoder;
  readonly endTokens: readonly number[];
  /** Tokens of a pass at most. */
  readonly chunkTokens: number;
}

/** How they are drawn. */
export interface RolloutRequest {
  readonly count: number;
  readonly maxTokens: number;
  readonly choice: TokenChoice;
  readonly seed: number;
  /** Stream of random numbers of the first rollout; the others take the next ones. */
  readonly firstStream: number;
}

/**
 * Token ids of each rollout, without what was given, shorter where the model ended. Throws `text-too-long` where the
 * context has no room for one, and `cancelled` between tokens.
 */
export async function writeRollouts(
  { decoder, endTokens, chunkTokens }: RolloutParts,
  given: readonly number[],
  { count, maxTokens, choice, seed, firstStream }: RolloutRequest,
  signal?: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const together = linesAtOnce(decoder, chunkTokens, decoder.sizes.contextTokens - given.length, maxTokens);
  if (together === 0)
    throw new AppError(
      'text-too-long',
      `A rollout of ${maxTokens} tokens after ${given.length} does not fit into the ${decoder.sizes.contextTokens} tokens that the model reads. Ask for fewer.`,
      { tokens: maxTokens, given: given.length, context: decoder.sizes.contextTokens },
    );
  const text = new BranchedText({ decoder, chunkTokens });
  const check = (): void => throwIfStopped(signal);
  try {
    const logits = await text.begin(given, 0, check);
    const written: (readonly number[])[] = [];
    for (let from = 0; from < count; from += together) {
      const lines = Array.from({ length: Math.min(together, count - from) }, (_, index): WritingLine => {
        const rng = createRng(seed, firstStream + from + index);
        return { ids: [], uniform: () => rng.uniform(), slot: given.length - 1, logits, ended: null };
      });
      await writeLines(text, lines, { maxTokens, choice, endTokens, readLast: false, check });
      text.rewind();
      written.push(...lines.map(({ ids }) => ids));
    }
    return written;
  } finally {
    text.dispose();
  }
}
