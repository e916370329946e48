/** How much of a graphics card's memory a model takes, from its graph and config, before its weights are fetched. */
import type { BufferLimits, ModelNeeds } from './model-source.ts';

/** Text that the estimate is for, in tokens; longer ones take more, by {@link ModelNeeds.cacheBytesPerToken} a token. */
const WEIGHED_TOKENS = 2048;

/** Estimated memory, in bytes. */
export interface MemoryEstimate {
  readonly weightBytes: number;
  /** Tokens of the text that it is for: {@link WEIGHED_TOKENS}, or the model's context where that is shorter. */
  readonly tokens: number;
  /** Keys and values of that text: 2 · layers · heads · head size · 4 bytes a token, or 2 in 16 bits. Null where it is not known. */
  readonly cacheBytes: number | null;
  /**
   * Both, as far as they are known. What onnxruntime computes in comes on top, and the weights once more where the card
   * has room to write fast.
   */
  readonly bytes: number;
  /** Whether these are estimates from config.json: the largest buffer is then at most this. */
  readonly estimated: boolean;
  /** Null where it is not known. */
  readonly largestBufferBytes: number | null;
  /** The smaller of the card's two limits; null without a card. */
  readonly bufferLimitBytes: number | null;
  /** Whether it needs 16 bits and the card has none. */
  readonly lacksHalf: boolean;
  /** Why it runs on a graphics card only; null where it runs anywhere, or that is not known. */
  readonly gpuOnly: string | null;
  /** Why it runs on the processor only; left out as above. */
  readonly cpuOnly?: string;
  /**
   * Whether the card takes it: its largest buffer, and its 16 bits. Null where that is not known, or it runs on the
   * processor only; without a card false for what runs on one only, else null.
   */
  readonly fits: boolean | null;
  /** Whether it runs on a card only, and not on this one. */
  readonly nowhere: boolean;
}

/** Estimates the memory for reading a text. The largest buffer is the largest weight, or one layer's keys where those are larger. */
export function estimateMemory(needs: ModelNeeds, limits: BufferLimits | null): MemoryEstimate {
  const tokens = Math.min(WEIGHED_TOKENS, needs.contextTokens);
  const cacheBytes = needs.cacheBytesPerToken === null ? null : tokens * needs.cacheBytesPerToken;
  const keyBytes = cacheBytes === null || needs.layerCount === 0 ? 0 : cacheBytes / (2 * needs.layerCount);
  const largestBufferBytes = needs.largestWeightBytes === null ? null : Math.max(needs.largestWeightBytes, keyBytes);
  const bufferLimitBytes = limits === null ? null : Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const lacksHalf = needs.half && limits?.half === false;
  const known =
    bufferLimitBytes === null || largestBufferBytes === null ? null : largestBufferBytes <= bufferLimitBytes;
  // An estimate is an upper bound: it tells that a model fits, and not that it does not.
  const sure = (known === false && needs.estimated) || needs.cpuOnly !== undefined ? null : known;
  const fits = lacksHalf || (limits === null && needs.gpuOnly !== null) ? false : sure;
  return {
    weightBytes: needs.weightBytes,
    tokens,
    cacheBytes,
    bytes: needs.weightBytes + (cacheBytes ?? 0),
    estimated: needs.estimated,
    largestBufferBytes,
    bufferLimitBytes,
    lacksHalf,
    gpuOnly: needs.gpuOnly,
    ...(needs.cpuOnly !== undefined && { cpuOnly: needs.cpuOnly }),
    fits,
    nowhere: needs.gpuOnly !== null && fits === false,
  };
}

/**
 * Whether a model can be taken instead of one that does not fit: one that the card takes, or without a card one that
 * the processor runs.
 */
export function runsHere({ fits, bufferLimitBytes }: Pick<MemoryEstimate, 'fits' | 'bufferLimitBytes'>): boolean {
  return fits ?? bufferLimitBytes === null;
}
