/**
 * What a model's reading of one text looks like, in memory. Scores only: residuals and logits stay in the worker.
 *
 * Layers are indexed 0 to L: 0 is the embedding, l the residual stream entering layer l, L what leaves the last
 * layer (30 for the embedded model, so 31 columns).
 *
 * One unit everywhere: the standard deviation, at that layer, of the probe's scores at the control texts of its training
 * turns. Zero is the mean of neutral text (readouts: of the neutral readouts; tokens: of the tokens of neutral stories).
 */
import type { ByPole } from '../probe/heads.ts';

/** One token as the model sees it and the text that it adds. */
export interface TokenPiece {
  readonly id: number;
  /** What this token adds to the text; empty when it ends inside a character (the next token then brings it). */
  readonly text: string;
}

/** A run of consecutive tokens with their scores, as it comes from the engine. */
export interface TokenBatch {
  /** Index of the first token of the batch. */
  readonly start: number;
  readonly pieces: readonly TokenPiece[];
  /** Scores `[pieces, layers]`, row-major. Position 0 (the sink) is NaN: it is never a score. */
  readonly scores: Float32Array;
  /**
   * The part of each score that the words alone predict `[pieces, layers]` (see `lexical.ts`); NaN at position 0 and
   * where the probe has no lexical model.
   */
  readonly words: Float32Array;
  /** The same by the direction of each pole from neutral; null where the probe has none. */
  readonly poles: ByPole<TokenScores> | null;
}

/** Token scores of one way of reading, as in {@link TokenBatch}. */
export interface TokenScores {
  readonly scores: Float32Array;
  readonly words: Float32Array;
}

/** Where a readout stands in its text: at the end of a sentence, of a clause (a comma or the like), or after any other token. */
export type Stand = 'sentence' | 'clause' | 'word';

/** The reading that is shown of one readout: one number over the probe's reading layers, with the range of random directions. */
export interface ShownReading {
  /** In its own unit: the standard deviation of the same reading over the training turns of both poles. */
  readonly score: number;
  /** 5th and 95th percentile of the same reading by random directions of matched covariance. */
  readonly low: number;
  readonly high: number;
}

/** A readout: neutral words put after a token, off to the side, so that they never enter the text. */
export interface ReadoutReading {
  /** Index of the token after which was read. */
  readonly afterToken: number;
  readonly stand: Stand;
  /** The reading to show; null where the probe, or the file that this comes from, has no numbers for it. */
  readonly shown: ShownReading | null;
  /** Score by layer `[layers]`: mean over the words of a control text, then over control texts. */
  readonly score: Float32Array;
  /** 5th percentile by layer of the same reading by random directions of matched covariance `[layers]`. */
  readonly nullLow: Float32Array;
  /** 95th percentile by layer of the same `[layers]`. */
  readonly nullHigh: Float32Array;
  /** The reading of each pole from neutral `[layers]`; null where the probe has none. The null range is in its own units and serves all. */
  readonly poles: ByPole<Float32Array> | null;
}

/**
 * Receives a reading while it is made. Batches arrive in order; a readout arrives after its own tokens, but before or after
 * others of the text.
 */
export interface ReadingSink {
  tokens(batch: TokenBatch): void;
  readout(readout: ReadoutReading): void;
}

/** How a token is chosen from logits. */
export interface TokenChoice {
  /** 0 is greedy; otherwise logits are divided by it. */
  readonly temperature: number;
  /** Keep so many of the likeliest words; 0 keeps all. */
  readonly topK: number;
  /** Of these keep the likeliest whose probability together reaches this, in (0, 1]. */
  readonly topP: number;
}

/** How the words of a continuation are chosen. */
export interface SamplingOptions extends TokenChoice {
  readonly seed: number;
  readonly maxTokens: number;
}
