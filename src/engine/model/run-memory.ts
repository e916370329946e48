/**
 * Whether a model and the machine have room for a run: the context for its longest text, and memory for the weights and for
 * what a pass computes. Asked before anything is read. Pure.
 */
import { AppError } from '../../base/errors.ts';
import type { Reach } from '../../experiments/reach.ts';
import type { DecoderSizes } from '../decoder.ts';
import { mostRows } from '../steering/steered-lines.ts';

/** The model that a run is to be made on. */
export interface RunModel {
  readonly sizes: DecoderSizes;
  /** Bytes of graph and weights as they lie in their files, or unpacked where they are. */
  readonly weightBytes: number;
  readonly cacheBytesPerToken: number;
  /** Tokens of a pass over many short texts. */
  readonly setTokens: number;
  /** Bytes that the caller holds beside all this; left out, none. */
  readonly besides?: number;
  /** The tokens of a text from its beginning. */
  readonly start: (text: string) => readonly number[];
}

/** The runtime keeps weights as they came and once more as its kernels want them. */
const WEIGHT_COPIES = 2;
/** A result of a pass lies in the runtime, in the array that it is copied to, and in the one before, which is not collected yet. */
const RESULT_COPIES = 3;
/** The program, the runtime, the tokenizer, and what is not collected yet: see docs/decisions/0027. */
const BASE_BYTES = 800e6;
/** Fewer tokens a pass save no memory that counts. */
const FEWEST_TOKENS = 64;

/** Bytes of memory that a run takes at most, about: the weights, twice where the stream is steered, and its largest pass. */
export function runBytes(
  { sizes, weightBytes, cacheBytesPerToken, besides = 0 }: Omit<RunModel, 'start' | 'setTokens'>,
  setTokens: number,
  interventions: boolean,
): number {
  const { layerCount, hidden, vocabulary } = sizes;
  const tokens = Math.min(setTokens, sizes.contextTokens);
  const rows = Math.min(mostRows({ sizes }), tokens);
  const pass = 4 * rows * vocabulary + 4 * (layerCount + 1) * tokens * hidden + tokens * cacheBytesPerToken;
  return BASE_BYTES + (interventions ? 2 : 1) * WEIGHT_COPIES * weightBytes + RESULT_COPIES * pass + besides;
}

/**
 * Tokens of a pass with which a run fits into `available` bytes, as many as asked for where these do, and the bytes that
 * it then takes. Throws `memory-short` with both numbers where nothing fits.
 */
export function roomFor(
  model: Omit<RunModel, 'start'>,
  interventions: boolean,
  available: number,
): { readonly setTokens: number; readonly bytes: number } {
  for (let { setTokens } = model; ; setTokens = Math.max(FEWEST_TOKENS, setTokens >> 1)) {
    const bytes = runBytes(model, setTokens, interventions);
    if (bytes <= available) return { setTokens, bytes };
    if (setTokens <= FEWEST_TOKENS)
      throw new AppError(
        'memory-short',
        `This would take about ${gigabytes(bytes)} of memory, of which ${gigabytes((interventions ? 2 : 1) * WEIGHT_COPIES * model.weightBytes)} are weights${interventions ? ', once for reading and once for steering' : ''}, and ${gigabytes(available)} are free. Close other programs, or take a smaller model or one in fewer bits.`,
        { bytes, available },
      );
  }
}

/** Throws `text-too-long` where the model's context does not hold the longest text, or a rollout behind its beginning. */
export function assertReach({ longest, written }: Reach, { sizes, start }: Pick<RunModel, 'sizes' | 'start'>): void {
  const { contextTokens } = sizes;
  const needs = [
    { what: 'Its longest text', tokens: start(longest).length },
    ...(written === null
      ? []
      : [
          {
            what: 'Its longest beginning with what is written behind it',
            tokens: start(written.after).length + written.tokens,
          },
        ]),
  ];
  for (const { what, tokens } of needs)
    if (tokens > contextTokens)
      throw new AppError(
        'text-too-long',
        `${what} has ${tokens} tokens, and this model reads ${contextTokens} at once. Take a model with a longer context, or shorten the spec. Nothing was read.`,
        { tokens, context: contextTokens },
      );
}

/** Bytes in decimal gigabytes, to one digit. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
