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
  /** Logits after the last new token, or the last that stays where some do not `[vocabulary]`. */
  readonly logits: Float32Array;
  /** The cache with the new tokens that stay, or an empty one where none does; owned by the caller. The past cache stays valid. */
  readonly cache: Cache;
}

/** How the tokens of a pass hang together where they are not one line of text. */
export interface Branches {
  /**
   * By token the slot of the token before it: the cache's tokens are the first slots, the pass's own follow in order; −1
   * where a text begins. Every token sees those that it follows, and nothing else.
   */
  readonly parents: readonly number[];
  /** Leading tokens that go on in one line from the end of the cache and stay in it; the others are read and forgotten. */
  readonly kept: number;
}

/** A model that reads tokens. Passes run one at a time. */
export interface Decoder {
  readonly sizes: DecoderSizes;
  /** Whether {@link run} takes branches. */
  readonly branching: boolean;
  /** Reads `ids` after `past` (null: from the start), in one line or as `branches` say. Throws `gpu-device-lost`, `numbers-not-finite` or `internal`. */
  run(ids: readonly number[], past: Cache | null, branches?: Branches): Promise<Pass>;
  /** A cache of its own with the first `length` tokens of another, which stays as it is. */
  cut(cache: Cache, length: number): Cache;
  /** Frees the session. */
  dispose(): Promise<void>;
}
