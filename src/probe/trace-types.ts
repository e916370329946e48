/**
 * What a probe needs to be read anywhere in a text: a short neutral text that is branched off after a token, directions
 * fitted at it, once for sentence ends and once for every other token, and the random directions of both.
 *
 * Scores by layer are z = w·h - zero. The reading that is shown is the mean of z over `layers`, divided by `scale`.
 * Its unit is the standard deviation of that mean over the training turns of both poles, so the scale of colours is one.
 */
import type { ByPole } from './heads.ts';
import type { Estimate } from '../stats/estimate.ts';

/** Directions of one kind of place, with where zero is. */
export interface TraceDirections {
  /** Divided by their own unit `[layers, hidden]`; layers = model.layerCount + 1. */
  readonly directions: Float32Array;
  /** w·h of neutral text `[layers]`. */
  readonly zero: readonly number[];
}

/** What random directions of the training readings' own covariance are drawn from: one draw serves all layers together. */
export interface TraceNull {
  /** Layers that it covers, ascending. */
  readonly layers: readonly number[];
  readonly rank: number;
  /** Principal rows of the standardised readings of both poles, all its layers side by side `[layers, rank, hidden]`, in half precision. */
  readonly factor: Float32Array;
  /** Standard deviation of every feature over the same readings `[layers, hidden]`. */
  readonly featureScale: Float32Array;
  /** Mean neutral reading `[layers, hidden]`. */
  readonly center: Float32Array;
  readonly seed: number;
  readonly count: number;
}

/** How one kind of place is read. */
export interface TraceHead extends TraceDirections {
  /** Standard deviation of the mean of z over the reading layers, over the training turns of both poles. */
  readonly scale: number;
  /** Each pole from neutral, in the same way. */
  readonly poles: ByPole<TraceDirections>;
  readonly nullModel: TraceNull;
}

/** AUROC of positive against negative places, at the ends of sentences and over all places that were read inside turns. */
export interface TraceAuroc {
  readonly ends: Estimate;
  readonly inside: Estimate;
}

/** What the shown reading is worth on texts that took no part in the fit that scored them. */
export interface TraceEvidence {
  /** Every topic left out in turn, raw readings. */
  readonly topics: TraceAuroc;
  /** Each set left out whole; empty where there is one set. */
  readonly sets: readonly (TraceAuroc & { readonly name: string })[];
  /** Labelled stories, each left out: smoothed as they are shown. Null where the training had none. */
  readonly stories: {
    /** Mean over stories with both poles of the AUROC inside one. */
    readonly within: TraceAuroc;
    readonly pooled: TraceAuroc;
  } | null;
  /**
   * What should not move the reading, at sentence ends, by sixths of the topics left out of fit and projection (halves before
   * version 0.3): AUROC, 0.5 is right.
   */
  readonly apart: readonly { readonly name: string; readonly auroc: Estimate }[];
}

/** The raw views of a text: a running mean of the tokens' own scores, single tokens, words, sentences. */
export const RAW_VIEWS = ['mean', 'token', 'word', 'sentence'] as const;

/** One of {@link RAW_VIEWS}. */
export type RawView = (typeof RAW_VIEWS)[number];

/** What one raw view of the tokens' own scores is worth on labelled stories: over the tokens of their labelled sentences. */
export interface RawWorth {
  readonly grain: RawView;
  /** Mean over stories with both poles of the AUROC inside one. */
  readonly within: Estimate;
  readonly pooled: Estimate;
}

/** The readout's part of a report: its evidence, with what the raw views are worth on the same stories (none without stories). */
export interface ReadoutEvidence extends TraceEvidence {
  readonly raw: readonly RawWorth[];
}

/** How a probe is read after any token. */
export interface TraceReadout {
  /** Neutral texts that are branched off, each after one space. */
  readonly texts: readonly string[];
  /** Layers whose mean is the reading that is shown, ascending. */
  readonly layers: readonly number[];
  /** Sentence ends: the mean of the stream at the text's own last token and of the mean over the texts' tokens. */
  readonly ends: TraceHead;
  /** Everywhere else: the mean over the texts' tokens. */
  readonly inside: TraceHead;
  /** Differences that were projected out before the fit, by the name of their set. */
  readonly freeOf: readonly string[];
  readonly evidence: TraceEvidence;
}
