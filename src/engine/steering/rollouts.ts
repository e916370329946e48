/**
 * Many texts written at once: each step reads the next token of every one of them in a single pass, as branches of what
 * they were given.
 */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import type { TokenChoice } from '../../reading/reading.ts';
import { createRng, type Rng } from '../../base/rng.ts';
import { chooseToken } from '../../reading/sampling.ts';
import type { Cache, Decoder } from '../decoder.ts';

/** Texts that are written together: a pass of so many tokens costs hardly more than one of a single token, while the cache still fits. */
const TOGETHER = 24;

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

/** A text under way. */
interface Rollout {
  readonly ids: number[];
  readonly rng: Rng;
  /** Slot of its last token in the cache. */
  last: number;
  /** Logits after it `[vocabulary]`. */
  logits: Float32Array;
}

/**
 * Token ids of each rollout, without what was given, shorter where the model ended. Throws `text-too-long` where the
 * context has no room for one, and `cancelled` between tokens.
 */
export async function writeRollouts(
  parts: RolloutParts,
  given: readonly number[],
  request: RolloutRequest,
  signal?: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  const { decoder } = parts;
  const room = decoder.sizes.contextTokens - given.length;
  if (room < request.maxTokens)
    throw new AppError(
      'text-too-long',
      `A rollout of ${request.maxTokens} tokens after ${given.length} does not fit into the ${decoder.sizes.contextTokens} tokens that the model reads. Ask for fewer.`,
      { tokens: request.maxTokens, given: given.length, context: decoder.sizes.contextTokens },
    );
  const together = decoder.branching
    ? Math.max(1, Math.min(TOGETHER, parts.chunkTokens, Math.floor(room / request.maxTokens)))
    : 1;
  const start = await readGiven(parts, given, signal);
  try {
    const written: (readonly number[])[] = [];
    for (let from = 0; from < request.count; from += together) {
      const batch = Array.from({ length: Math.min(together, request.count - from) }, (_, index): Rollout => ({
        ids: [],
        rng: createRng(request.seed, request.firstStream + from + index),
        last: given.length - 1,
        logits: start.logits,
      }));
      await writeBatch(parts, start.cache, batch, request, signal);
      written.push(...batch.map(({ ids }) => ids));
    }
    return written;
  } finally {
    start.cache.dispose();
  }
}

async function readGiven(
  { decoder, chunkTokens }: RolloutParts,
  given: readonly number[],
  signal?: AbortSignal,
): Promise<{ readonly cache: Cache; readonly logits: Float32Array }> {
  let cache: Cache | null = null;
  let logits: Float32Array = new Float32Array(0);
  for (let from = 0; from < given.length; from += chunkTokens) {
    throwIfStopped(signal);
    const pass = await decoder.run(given.slice(from, from + chunkTokens), cache, { residuals: false });
    cache?.dispose();
    ({ cache, logits } = pass);
  }
  if (cache === null) throw new AppError('text-empty', 'A rollout needs a beginning. Give it some words.');
  return { cache, logits };
}

async function writeBatch(
  { decoder, endTokens }: RolloutParts,
  start: Cache,
  batch: readonly Rollout[],
  { maxTokens, choice }: RolloutRequest,
  signal?: AbortSignal,
): Promise<void> {
  const { vocabulary } = decoder.sizes;
  const pastParents = Array.from({ length: start.length }, (_, slot) => slot - 1);
  let cache = start;
  let going = batch;
  try {
    for (let token = 0; token < maxTokens && going.length > 0; token += 1) {
      throwIfStopped(signal);
      going = going.filter((rollout) => {
        const id = chooseToken(rollout.logits, choice, () => rollout.rng.uniform());
        if (endTokens.includes(id)) return false;
        rollout.ids.push(id);
        return true;
      });
      if (going.length === 0 || token === maxTokens - 1) return;
      const parents = going.map(({ last }) => last);
      const branches = decoder.branching
        ? { branches: { parents, kept: going.length, pastParents: [...pastParents] } }
        : {};
      const pass = await decoder.run(
        going.map(({ ids }) => ids.at(-1) ?? 0),
        cache,
        { ...branches, logitRows: going.map((_, row) => row), residuals: false },
      );
      if (cache !== start) cache.dispose();
      cache = pass.cache;
      for (const [row, rollout] of going.entries()) {
        rollout.last = pastParents.length;
        pastParents.push(parents[row] ?? -1);
        rollout.logits = pass.logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      }
    }
  } finally {
    if (cache !== start) cache.dispose();
  }
}
