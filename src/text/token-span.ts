/** A chosen stretch of tokens and what was read in it. Pure. */
import { blockInterval, blockLength } from '../stats/block-bootstrap.ts';
import type { Interval } from '../stats/bootstrap.ts';

/** Tokens from the one to the other, both included; `from` is never the greater. */
export interface TokenSpan {
  readonly from: number;
  readonly to: number;
}

/** A readout as far as a span needs it. */
export interface SpanReadout {
  readonly afterToken: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
}

/** What was read in a span, in units of the score. */
export interface SpanReading {
  readonly span: TokenSpan;
  /** Tokens with a score; position 0 and failed numbers are left out. */
  readonly n: number;
  /** Mean of their single scores; NaN for none. */
  readonly mean: number;
  /** 95 % interval of the mean (see `block-bootstrap.ts`); null where the span is too short for one. */
  readonly interval: Interval | null;
  /** Tokens in a resampled block. */
  readonly block: number;
  readonly readouts: {
    readonly n: number;
    /** NaN for none. */
    readonly mean: number;
    /** Means of the 5th and 95th percentiles of random directions at these readouts. */
    readonly low: number;
    readonly high: number;
  };
}

/** The span between two tokens in either order, within a text of `tokens`; null for an empty text. */
export function spanBetween(one: number, other: number, tokens: number): TokenSpan | null {
  if (tokens <= 0) return null;
  const inside = (token: number): number => Math.max(0, Math.min(tokens - 1, token));
  return { from: inside(Math.min(one, other)), to: inside(Math.max(one, other)) };
}

/** Seed of the resamples: fixed, so that a span always has the same interval. */
const SEED = 1989;

/** What was read in a span, from the score of every single token of the text at one layer and the readouts of the text. */
export function readSpan(span: TokenSpan, scores: ArrayLike<number>, readouts: readonly SpanReadout[]): SpanReading {
  const values: number[] = [];
  for (let token = span.from; token <= span.to; token += 1) {
    const score = scores[token] ?? Number.NaN;
    if (Number.isFinite(score)) values.push(score);
  }
  const inside = readouts.filter(
    (readout) => readout.afterToken >= span.from && readout.afterToken <= span.to && Number.isFinite(readout.score),
  );
  return {
    span,
    n: values.length,
    mean: meanOf(values),
    interval: blockInterval(values, SEED),
    block: blockLength(values.length),
    readouts: {
      n: inside.length,
      mean: meanOf(inside.map((readout) => readout.score)),
      low: meanOf(inside.map((readout) => readout.low)),
      high: meanOf(inside.map((readout) => readout.high)),
    },
  };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
