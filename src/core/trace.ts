/**
 * The trace of a text: which tokens take the colour of which readout. Page, command and exports all take it from here,
 * so all show the same numbers. Nothing later in the text changes a point: a live trace and a finished one are alike.
 */
import type { ShownReading, Stand, TapReading } from './reading.ts';

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
 * has one; otherwise those of `defaultLayer`, so that one trace never mixes two scales. A readout that has no number there
 * gives a point with NaN.
 */
export function tracePoints(readings: readonly TapReading[], tokenCount: number, layer: number | null, defaultLayer: number): TracePoint[] {
  const byToken = new Map<number, TapReading>();
  for (const reading of readings) if (reading.afterToken < tokenCount) byToken.set(reading.afterToken, reading);
  const ordered = [...byToken.values()].sort((a, b) => a.afterToken - b.afterToken);
  const column = layer ?? (hasShown(ordered) ? null : defaultLayer);
  let from = 0;
  return ordered.map((reading) => {
    const point = { ...valuesOf(reading, column), from, afterToken: reading.afterToken, stand: reading.stand };
    from = reading.afterToken + 1;
    return point;
  });
}

/** Whether all of these readouts carry a reading to show; false where there is none. */
export function hasShown(readings: readonly TapReading[]): boolean {
  return readings.length > 0 && readings.every(({ shown }) => shown !== null);
}

function valuesOf(reading: TapReading, layer: number | null): ShownReading {
  if (layer === null) return reading.shown ?? { score: Number.NaN, low: Number.NaN, high: Number.NaN };
  return { score: reading.score[layer] ?? Number.NaN, low: reading.nullLow[layer] ?? Number.NaN, high: reading.nullHigh[layer] ?? Number.NaN };
}
