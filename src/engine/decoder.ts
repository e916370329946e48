/**
 * The seam between Flipside and whatever computes a transformer: one forward pass over new tokens after a cache.
 * Everything above (chunks, readouts, sampling, probes) is written against these types only, so an engine can be exchanged
 * or made faster without touching the page.
 */
import type { ElementType } from '../graph/tensor-type.ts';
import type { TokenChoice } from '../reading/reading.ts';
import type { StreamProducts } from '../reading/score.ts';

/** Sizes of a loaded decoder. */
export interface DecoderSizes {
  readonly layerCount: number;
  readonly hidden: number;
  readonly vocabulary: number;
  readonly contextTokens: number;
}

/**
 * Keys and values of the tokens read so far. Going on from a cache leaves it as it is, so that what came after it can be
 * forgotten and something else read there. One text at a time, though: caches may share memory, and going on from one
 * again overwrites what an earlier pass put after it.
 */
export interface Cache {
  /** Number of tokens it holds. */
  readonly length: number;
  /** Frees its memory once no other cache shares it; it must not be used afterwards. */
  dispose(): void;
}

/** What one pass gives. Arrays belong to the caller. */
export interface Pass {
  /** Number of new tokens. */
  readonly tokens: number;
  /**
   * Residual stream `[layers + 1, tokens, hidden]`: 0 the embedding, l what enters layer l, last what leaves the last layer. Of a pass
   * with a projection only that of the tokens that do not stay.
   */
  readonly residuals: Float32Array;
  /** Of a pass with a projection what it asked for of the tokens that stay; null otherwise. */
  readonly products: StreamProducts | null;
  /**
   * Logits after the last new token, or the last that stays where some do not `[vocabulary]`; where rows were asked
   * for, theirs `[rows, vocabulary]`.
   */
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
  /**
   * Leading tokens that stay in the cache; the others are read and forgotten. Unless `pastParents` says otherwise they
   * go on in one line from its end.
   */
  readonly kept: number;
  /**
   * By slot of the cache the slot before it, where what was kept is no one line. The caller remembers how
   * they hang together.
   */
  readonly pastParents?: readonly number[];
}

/** Directions where the streams are, so that only products with them come back. */
export interface Projection {
  /** Number of directions. */
  readonly count: number;
  /** Frees its memory; passes that began before may still use it. */
  dispose(): void;
}

/** What is done to what leaves a layer. Numbers for all tokens of a pass, or one for each of them. */
export interface LayerEdit {
  /** What is added `[hidden]` or `[tokens, hidden]`; null where nothing is. */
  readonly add: Float32Array | null;
  /** Between what the product with a direction is kept, by moving along that direction alone; null where it may be anything. */
  readonly bound: StreamBound | null;
}

/** Bounds for the product of the stream with a direction; −Infinity and Infinity bound nothing. */
export interface StreamBound {
  /** Of length 1 `[hidden]`. */
  readonly direction: Float32Array;
  readonly low: number | readonly number[];
  readonly high: number | readonly number[];
}

/** How a pass is run and what it brings, beyond the usual. */
export interface PassOptions {
  /** Left out, the tokens are one line of text. */
  readonly branches?: Branches | undefined;
  /** Left out, residuals come back. */
  readonly projection?: Projection | undefined;
  /** Tokens of the pass whose logits come back, which may be none; left out, the last that stays. */
  readonly logitRows?: readonly number[] | undefined;
  /** False where nobody asks for residuals; then there are none, and only logits are looked at for numbers that are none. */
  readonly residuals?: boolean | undefined;
}

/** How tokens are chosen while a decoder writes by itself. */
export interface WriteRequest {
  /** What has been read; it stays valid. */
  readonly past: Cache;
  /** Logits after its last token `[vocabulary]`. */
  readonly logits: Float32Array;
  readonly choice: TokenChoice;
  /** A number in [0, 1) for each token at most that may be written, in order: how many there are is how many. */
  readonly uniforms: Float32Array;
  /** Null to get residuals. */
  readonly projection: Projection | null;
}

/** A token that a decoder chose and read. */
export interface WrittenToken {
  readonly id: number;
  /** Residual stream `[layers + 1, hidden]`, empty where there was a projection; owned by the receiver. */
  readonly residuals: Float32Array;
  /** What the projection asked for; null where there was none. */
  readonly products: StreamProducts | null;
}

/** What to do after a token: go on, stop with it, or stop as if it had not been. */
export type WriteStep = 'go-on' | 'stop' | 'drop';

/** What is there when writing has ended. */
export interface WriteEnd {
  /** The past with the tokens that stay; owned by the caller. */
  readonly cache: Cache;
  /** Logits after the last of them `[vocabulary]`; owned by the caller. */
  readonly logits: Float32Array;
}

/** Writes token after token without asking back: chooses each where the logits are, and reads ahead of what it tells. */
export interface Writer {
  /** Tells each token in order, and obeys the answer; what was read ahead is forgotten. Throws what {@link Decoder.run} throws. */
  write(request: WriteRequest, onToken: (token: WrittenToken) => WriteStep): Promise<WriteEnd>;
}

/** A pass that is under way: its cache can be gone on from before its numbers are there. */
export interface StartedPass {
  /** As that of {@link Pass}. */
  readonly cache: Cache;
  /** Resolves to what the pass gives; must be awaited. */
  readonly reading: Promise<Omit<Pass, 'cache'>>;
}

/** A model that reads tokens. Passes run one at a time. */
export interface Decoder {
  readonly sizes: DecoderSizes;
  /** What it computes in. */
  readonly activations: ElementType;
  /** Null where tokens are chosen by the caller, from the logits of each pass. */
  readonly writer: Writer | null;
  /** Whether {@link steer} works. */
  readonly steering: boolean;
  /** Whether {@link edit} works. */
  readonly editing: boolean;
  /** Whether {@link run} takes branches. */
  readonly branching: boolean;
  /** Reads `ids` after `past` (null: from the start). Throws `gpu-device-lost`, `numbers-not-finite` or `internal`. */
  run(ids: readonly number[], past: Cache | null, options?: PassOptions): Promise<Pass>;
  /** The same, resolving as soon as the next pass can be started; null where nothing is gained by that. */
  readonly start: ((ids: readonly number[], past: Cache | null, options?: PassOptions) => Promise<StartedPass>) | null;
  /** Brings directions `[layers + 1, hidden]` to where the streams are; null where that is here, and passes give residuals. */
  project(directions: readonly Float32Array[]): Promise<Projection | null>;
  /**
   * Adds a vector `[hidden]` to what leaves each of these layers, at every position of the passes that follow, in place
   * of those set before; layers that are not named get none. Throws `internal` for a layer or width that the model has
   * not.
   */
  steer(vectors: ReadonlyMap<number, Float32Array>): void;
  /**
   * Edits what leaves these layers in the passes that follow, in place of the edits set before; layers that are not named are
   * left alone. Numbers by token hold for passes of exactly so many tokens. Throws `internal` for a layer or width that the model has not.
   */
  edit(edits: ReadonlyMap<number, LayerEdit>): void;
  /** A cache of its own with the first `length` tokens of another, which stays as it is. */
  cut(cache: Cache, length: number): Cache;
  /** Frees the session. */
  dispose(): Promise<void>;
}
