/**
 * The seam between training and whatever runs the model: training asks for readings of segments and knows no backend.
 *
 * Segment 0 is tokenised as it is, every later one with one leading space. A tap is tokenised as `" " + tap`, branches
 * off after a segment and never enters the text. Position 0, the attention sink, never enters a mean.
 */
import type { ModelIdentity } from '../core/probe-types.ts';

/** The reading of all taps after one segment. */
export interface TapRead {
  /** Tokens of text before the tap. */
  readonly tokensBefore: number;
  /** Mean residual over the tap's tokens, for each tap `[layers, hidden]`; layers = model.layerCount + 1. */
  readonly means: readonly Float32Array[];
  /** Mean residual over the segment's own tokens `[layers, hidden]`: what was done, not what it left behind. */
  readonly own: Float32Array;
}

/** What to read along the way. */
export interface SegmentOptions {
  readonly taps: readonly string[];
  /** Indices of the segments after which the taps are read, ascending; `taps` of the result has one entry for each. */
  readonly tapAfter: readonly number[];
  /** Also give the residuals of the text's own tokens. */
  readonly keepTokens?: boolean;
}

/** What was read. */
export interface SegmentReading {
  readonly taps: TapRead[];
  /** With `keepTokens`: the residuals of the text's tokens `[layers, count, hidden]`, position 0 included. */
  readonly tokens?: { readonly count: number; readonly residuals: Float32Array };
}

/** A model that reads segments. */
export interface SegmentReader {
  readonly model: ModelIdentity;
  /** Throws `cancelled` once `signal` is aborted. */
  readSegments(segments: readonly string[], options: SegmentOptions, signal?: AbortSignal): Promise<SegmentReading>;
  /** Mean residual over the tokens of the assistant's answer, in the model's own chat form `[layers, hidden]`. Throws `usage` where the model has none. */
  readAnswer(chat: ChatTurn, signal?: AbortSignal): Promise<Float32Array>;
  /** Whether the model has a chat form of its own. */
  readonly hasChatForm: boolean;
  /** Mean residual over the tokens of each tap, read after the assistant's answer in the model's own chat form `[layers, hidden]`. Throws `usage` where the model has none. */
  readReply(exchange: Omit<ChatTurn, 'system'>, taps: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
}

/** One exchange: a persona, a question and the answer that is read. */
export interface ChatTurn {
  readonly system: string;
  readonly user: string;
  readonly assistant: string;
}
