/**
 * Finds how many new tokens this adapter computes right in one pass. Some adapters with small subgroups return wrong
 * numbers from 32 tokens on (Chromium's software adapter does), and nothing reports it, so it is measured: the same
 * tokens in one pass and in smaller ones must give the same residual stream.
 */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import type { ElementType } from '../../graph/tensor-type.ts';
import { BRANCH_PROOF_TOKENS, branchError } from './branch-proof.ts';
import type { Decoder } from '../decoder.ts';
import { pickTokens } from '../pick-tokens.ts';
import { Sequence, type PassReading } from '../sequence.ts';
import { worstLayerError } from './worst-layer.ts';

/** One size that was tried. */
export interface ChunkTrial {
  readonly tokens: number;
  /** Largest relative difference of any layer's stream at any position from the passes it is compared with. */
  readonly relativeError: number;
  readonly accepted: boolean;
}

/** What a proof finds. */
export interface PassProof {
  /** Tokens a pass. */
  readonly chunkTokens: number;
  readonly trials: readonly ChunkTrial[];
  /** Relative error of passes with branches, as in {@link ChunkTrial}; beyond {@link toleranceOf} they are not used. */
  readonly branchError: number;
}

/**
 * Largest relative error that is rounding. Between pass sizes float32 differs by about 1e-5 and a wrong kernel by more than 1; in 16 bits
 * two right passes differ by the rounding of either, 1.7e-3 of the stream on small models (docs/decisions/0020) and more on deep ones.
 */
export const toleranceOf = (activations: ElementType): number => (activations === 'float16' ? 2e-2 : 1e-3);

/** Tokens that {@link proveChunk} needs. */
export const PROOF_TOKENS = 129;

const SMALL = 17;
const FIRST = 33;
const LARGE = 128;
/** Long texts gain up to here: a pass costs the processor the same whatever its size. */
const LARGEST = 512;
const FALLBACK = 31;

/**
 * Returns the largest proved size among 512, 128, 33, 31 and 16. `ids` are at least {@link PROOF_TOKENS} tokens of ordinary
 * text. Throws `numbers-wrong` when not even passes of 16 agree with single tokens, and `cancelled`.
 */
export async function proveChunk(
  decoder: Decoder,
  ids: readonly number[],
  onProgress: (doneTokens: number, totalTokens: number) => void,
  signal?: AbortSignal,
): Promise<PassProof> {
  const trials: ChunkTrial[] = [];
  let done = 0;
  let planned = 2 * FIRST + BRANCH_PROOF_TOKENS;
  const onPass = (tokens: number): void => {
    done += tokens;
    onProgress(done, planned);
    throwIfStopped(signal);
  };
  const textOf = (tokens: number): readonly number[] =>
    Array.from({ length: tokens }, (_, token) => ids[token % ids.length] ?? 0);
  const stream = async (tokens: number, chunk: number): Promise<Float32Array[]> => {
    const sequence = new Sequence(decoder, chunk);
    const parts: Float32Array[] = [];
    try {
      for await (const pass of sequence.append(textOf(tokens))) {
        parts.push(...byPosition(pass.residuals, pass.tokens, decoder.sizes.hidden));
        onPass(pass.tokens);
      }
    } finally {
      sequence.dispose();
    }
    return parts;
  };
  const tryOne = async (tokens: number, truth: readonly Float32Array[]): Promise<boolean> => {
    const relativeError = await stream(tokens, tokens)
      .then((found) => worstError(found, truth, decoder.sizes.hidden))
      .catch(infinite);
    const accepted = relativeError <= toleranceOf(decoder.activations);
    trials.push({ tokens, relativeError, accepted });
    return accepted;
  };

  /** Tries a larger size than one that is right. Whatever fails with it, a refused allocation for one, leaves the smaller one right. */
  const tryMore = async (tokens: number, smaller: number): Promise<boolean> => {
    if (tokens > decoder.sizes.contextTokens) return false;
    planned += tokens * 2;
    try {
      return await tryOne(tokens, await stream(tokens, smaller));
    } catch (thrown) {
      const { code } = AppError.from(thrown);
      if (code === 'gpu-device-lost' || code === 'cancelled') throw thrown;
      trials.push({ tokens, relativeError: Infinity, accepted: false });
      return false;
    }
  };

  const proved = async (chunkTokens: number, truth: readonly Float32Array[]): Promise<PassProof> => {
    const { hidden } = decoder.sizes;
    const errorOf = ({ residuals, tokens, start }: PassReading): number =>
      worstError(byPosition(residuals, tokens, hidden), truth.slice(start), hidden);
    const error = await branchError(decoder, ids, errorOf, onPass).catch(infinite);
    return { chunkTokens, trials, branchError: error };
  };

  const small = await stream(FIRST, SMALL);
  if (await tryOne(FIRST, small)) {
    if (!(await tryMore(LARGE, FIRST))) return proved(FIRST, small);
    return proved((await tryMore(LARGEST, LARGE)) ? LARGEST : LARGE, small);
  }
  planned += FALLBACK;
  if (await tryOne(FALLBACK, small)) return proved(FALLBACK, small);
  planned += 2 * (SMALL - 1);
  const single = await stream(SMALL - 1, 1);
  if (await tryOne(SMALL - 1, single)) return proved(SMALL - 1, single);
  throw new AppError(
    'numbers-wrong',
    `This graphics adapter computes the model wrongly even in passes of ${SMALL - 1} tokens (relative error ${trials.at(-1)?.relativeError.toPrecision(2) ?? '?'}). Reload and choose the CPU.`,
  );
}

/** Splits `[layers, tokens, hidden]` into one `[layers, hidden]` a token. */
function byPosition(residuals: Float32Array, tokens: number, hidden: number): Float32Array[] {
  return Array.from({ length: tokens }, (_, token) => pickTokens(residuals, tokens, [token], hidden));
}

/** Numbers that are not finite are as wrong as can be; another kind of pass may still be right. */
function infinite(thrown: unknown): number {
  if (thrown instanceof AppError && thrown.code === 'numbers-not-finite') return Infinity;
  throw thrown;
}

/** Largest error of any layer at any position. */
function worstError(found: readonly Float32Array[], truth: readonly Float32Array[], hidden: number): number {
  return Math.max(...found.map((position, index) => worstLayerError(position, truth[index], hidden)));
}
