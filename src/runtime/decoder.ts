/**
 * The seam between Flipside and whatever computes a transformer: one forward pass over new tokens after a cache.
 * Everything above (chunks, taps, sampling, probes) is written against these types only, so an engine can be exchanged
 * or made faster without touching the page.
 */

/** Sizes of a loaded decoder. */
export interface DecoderSizes {
  readonly layerCount: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly contextTokens: number;
}

/** Keys and values of the tokens read so far. Passes never change a cache, so one cache can be continued in several ways. */
export interface Cache {
  /** Number of tokens it holds. */
  readonly length: number;
  /** Frees its memory; it must not be used afterwards. */
  dispose(): void;
}

/** What one pass gives. Arrays belong to the caller. */
export interface Pass {
  /** Number of new tokens. */
  readonly tokens: number;
  /** Residual stream `[layers + 1, tokens, hidden]`: 0 the embedding, l what enters layer l, last what leaves the last layer. */
  readonly residuals: Float32Array;
  /** Logits after the last new token `[vocabulary]`. */
  readonly logits: Float32Array;
  /** The cache with the new tokens; owned by the caller. The past cache stays valid. */
  readonly cache: Cache;
}

/** A model that reads tokens. Passes run one at a time. */
export interface Decoder {
  readonly sizes: DecoderSizes;
  /** Reads `ids` after `past` (null: from the start). Throws `gpu-device-lost`, `numbers-not-finite` or `internal`. */
  run(ids: readonly number[], past: Cache | null): Promise<Pass>;
  /** Frees the session. */
  dispose(): Promise<void>;
}
