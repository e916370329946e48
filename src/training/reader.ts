/**
 * The seam between training and the engine: training asks for readings of passages and knows no backend.
 *
 * Segment 0 is tokenised as it is, every later one with one leading space. A control text is tokenised as `" " + control text`, branches
 * off after a segment and never enters the text. Position 0, the attention sink, never enters a mean.
 */
import type { AppError } from '../base/errors.ts';
import type { ModelIdentity } from '../probe/probe-types.ts';

/** What was read after one segment. */
export interface ReadoutPass {
  /** Tokens of text before the control text. */
  readonly tokensBefore: number;
  /** Mean residual over the control text's tokens, for each control text `[layers, hidden]`; layers = model.layerCount + 1. */
  readonly means: readonly Float32Array[];
  /** Mean residual over the segment's own tokens `[layers, hidden]`: what was done, not what it left behind. */
  readonly own: Float32Array;
  /** The residual of the segment's last token `[layers, hidden]`; only of a passage that asks for it. */
  readonly last?: Float32Array;
}

/** One exchange in the model's own chat form: everything before the answer is segment 0, the answer segment 1. */
export interface Exchange {
  /** A persona; without one the form's own stands there. */
  readonly system?: string;
  readonly user: string;
  readonly assistant: string;
}

/** A text and what to read along the way. */
export interface Passage {
  /** Segments that are joined by spaces, or an exchange. */
  readonly text: readonly string[] | Exchange;
  readonly readoutTexts: readonly string[];
  /** Indices of the segments after which is read, ascending; `readouts` of the reading has one entry for each. */
  readonly readoutAfter: readonly number[];
  /** Also give the residuals of the text's own tokens. */
  readonly keepTokens?: boolean;
  /** Also give the residual of each segment's last token. */
  readonly lastTokens?: boolean;
}

/** What was read of a passage. */
export interface PassageReading {
  readonly readouts: ReadoutPass[];
  /** With `keepTokens`: the residuals of the text's tokens `[layers, count, hidden]`, position 0 included. */
  readonly tokens?: { readonly count: number; readonly residuals: Float32Array };
}

/** A model that reads passages, segment by segment. */
export interface SegmentReader {
  readonly model: ModelIdentity;
  /**
   * Why a passage cannot be read, found without reading it: no chat form, one that refuses it, more tokens than the
   * model takes. Null where nothing is in the way.
   */
  unreadable(passage: Passage): AppError | null;
  /**
   * Parts passages, in their order, into groups that are read together; the same passages make the same groups. Throws
   * `usage` for an exchange where the model has no chat form.
   */
  groups<P extends Passage>(passages: readonly P[]): readonly (readonly P[])[];
  /**
   * One reading a passage, in order; those of one group, or some of them, take one pass where the model can. What is read
   * together changes no more than last bits. Throws `cancelled` once `signal` is aborted, between passes, `text-too-long`
   * and what {@link groups} throws.
   */
  read(passages: readonly Passage[], signal?: AbortSignal): Promise<readonly PassageReading[]>;
}
