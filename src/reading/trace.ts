/**
 * The trace of a text: which tokens take the colour of which readout, and how readouts are smoothed. Page, command and
 * exports all take it from here, so all show the same numbers. Nothing later in the text changes a point: a live trace
 * and a finished one are alike.
 */
import type { ShownReading, Stand, ReadoutReading } from './reading.ts';

/** One stretch of the text with the reading that follows it. */
export interface TracePoint extends ShownReading {
  /** First token that takes this colour: the one after the readout before. */
  readonly from: number;
  /** Last token that takes it: the readout stands after it. */
  readonly afterToken: number;
  readonly stand: Stand;
}

/**
 * The stretches of a text of `tokenCount` tokens, in order, from readouts in any order. Of several readouts after one
 * token the last counts. Tokens after the last readout belong to no stretch.
 *
 * With a layer, scores and chance range are of that layer. With `null` they are the readings to show, where every readout
 * has one, {@link smoothed}; otherwise those of `defaultLayer`, so that one trace never mixes two scales. A layer's are
 * raw. A readout that has no number there
 * gives a point with NaN.
 */
export function tracePoints(
  readings: readonly ReadoutReading[],
  tokenCount: number,
  layer: number | null,
  defaultLayer: number,
): TracePoint[] {
  const byToken = new Map<number, ReadoutReading>();
  for (const reading of readings) if (reading.afterToken < tokenCount) byToken.set(reading.afterToken, reading);
  const ordered = [...byToken.values()].sort((a, b) => a.afterToken - b.afterToken);
  const column = layer ?? (hasShown(ordered) ? null : defaultLayer);
  const raw = ordered.map((reading) => ({
    ...valuesOf(reading, column),
    afterToken: reading.afterToken,
    stand: reading.stand,
  }));
  return stretches(raw, column === null);
}

/** The stretches of values in the order of their places, as they are or {@link smoothed}. */
export function stretches(values: readonly (TraceValue & Pick<TracePoint, 'stand'>)[], smooth: boolean): TracePoint[] {
  let from = 0;
  return (smooth ? smoothed(values) : values).map((value, index) => {
    const point = { ...value, from, stand: values[index]?.stand ?? 'word' };
    from = value.afterToken + 1;
    return point;
  });
}

/** A value with its chance range after a token. */
export interface TraceValue extends ShownReading {
  readonly afterToken: number;
}

/** Tokens over which a readout's weight falls to 1/e, and how far back one still counts (docs/decisions/0022). */
const FADE_TOKENS = 3;
const REACH_TOKENS = 9;
/** Share of the trace's own mean so far that is taken off it, and tokens of zero that this mean begins with. */
const ZERO_SHARE = 0.5;
const ZERO_TOKENS = 20;

/**
 * Values in the order of their places, smoothed by what came before and never by what comes after: the mean of the
 * readouts of the last tokens, weighted by nearness, less half of the mean of the whole trace so far. Texts differ in level
 * by their style; what counts is where a text goes. A text with readings at sentence ends alone keeps each of them.
 * The chance range moves with its centre and narrows or widens with the readouts that are averaged.
 */
export function smoothed(values: readonly TraceValue[]): TraceValue[] {
  const level = { score: 0, centre: 0, tokens: ZERO_TOKENS };
  let before = -1;
  return values.map(({ afterToken }, index) => {
    const near = { weight: 0, score: 0, low: 0, high: 0 };
    for (let at = index; at >= 0; at -= 1) {
      const value = values[at];
      if (value === undefined || afterToken - value.afterToken >= REACH_TOKENS) break;
      if (!Number.isFinite(value.score)) continue;
      const weight = Math.exp(-(afterToken - value.afterToken) / FADE_TOKENS);
      near.weight += weight;
      near.score += weight * value.score;
      near.low += weight * value.low;
      near.high += weight * value.high;
    }
    const mean = { score: near.score / near.weight, low: near.low / near.weight, high: near.high / near.weight };
    const stretch = afterToken - before;
    before = afterToken;
    if (Number.isFinite(mean.score)) {
      level.score += mean.score * stretch;
      level.centre += ((mean.low + mean.high) / 2) * stretch;
      level.tokens += stretch;
    }
    const [zero, centre] = [(ZERO_SHARE * level.score) / level.tokens, (ZERO_SHARE * level.centre) / level.tokens];
    return { afterToken, score: mean.score - zero, low: mean.low - centre, high: mean.high - centre };
  });
}

/** Whether all of these readouts carry a reading to show; false where there is none. */
export function hasShown(readings: readonly ReadoutReading[]): boolean {
  return readings.length > 0 && readings.every(({ shown }) => shown !== null);
}

function valuesOf(reading: ReadoutReading, layer: number | null): ShownReading {
  if (layer === null) return reading.shown ?? { score: Number.NaN, low: Number.NaN, high: Number.NaN };
  return {
    score: reading.score[layer] ?? Number.NaN,
    low: reading.nullLow[layer] ?? Number.NaN,
    high: reading.nullHigh[layer] ?? Number.NaN,
  };
}
