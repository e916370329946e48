/** The 1 % lines: beyond which values a hundredth of neutral text lies on each side. Percentiles by linear interpolation. */
import { type Grain, grainDef } from './grain.ts';
import type { AlarmLines } from '../probe/probe-types.ts';
import { DEFAULT_WINDOW, runningMean } from '../stats/smoothing.ts';
import { quantileOfSorted } from '../stats/stats.ts';

/** Share of neutral readings beyond each line. */
const ALARM_RATE = 0.01;

/** The lines of single tokens and of their running mean. */
export type TokenLines = Pick<AlarmLines, 'tokens' | 'tokenLow' | 'tokenHigh' | 'smoothLow' | 'smoothHigh'>;

/** The lines of readouts. */
export type ReadoutLines = Pick<AlarmLines, 'taps' | 'tapLow' | 'tapHigh'>;

/** A pair of lines on the scale of the score. */
export interface LinePair {
  readonly low: number;
  readonly high: number;
}

/**
 * Lines from token scores of neutral stories `[layers][stories][tokens]`, NaN at the sink. The running mean (of
 * `DEFAULT_WINDOW` tokens) starts anew with every story, as on the page.
 */
export function tokenLines(scores: readonly (readonly ArrayLike<number>[])[]): TokenLines {
  const single = scores.map((stories) => linesOf(stories.flatMap((story) => finite(story))));
  const smooth = scores.map((stories) =>
    linesOf(stories.flatMap((story) => finite(runningMean(story, DEFAULT_WINDOW)))),
  );
  return {
    tokens: (scores[0] ?? []).reduce((sum, story) => sum + finite(story).length, 0),
    tokenLow: single.map(({ low }) => low),
    tokenHigh: single.map(({ high }) => high),
    smoothLow: smooth.map(({ low }) => low),
    smoothHigh: smooth.map(({ high }) => high),
  };
}

/** Lines from readouts of neutral stories, each story scored by a probe that was fitted without it `[layers][readings]`. */
export function readoutLines(scores: readonly ArrayLike<number>[]): ReadoutLines {
  const lines = scores.map((readings) => linesOf(finite(readings)));
  return {
    taps: finite(scores[0] ?? []).length,
    tapLow: lines.map(({ low }) => low),
    tapHigh: lines.map(({ high }) => high),
  };
}

/** Both kinds of lines together. */
export function alarmLines(tokens: TokenLines, readouts: ReadoutLines): AlarmLines {
  return { rate: ALARM_RATE, ...tokens, ...readouts };
}

/** Whether a value lies beyond a line; never where there is no line or no value. */
export function beyondLines(value: number, lines: LinePair | null): boolean {
  return lines !== null && (value < lines.low || value > lines.high);
}

/**
 * The lines of what is drawn. Null where the probe has none (bundles of the first format, and probes without tokens
 * behind their lines), and for readings, words and sentences, of which none were measured.
 */
export function drawnLines(alarm: AlarmLines, layer: number, grain: Grain): LinePair | null {
  const { lines } = grainDef(grain);
  if (alarm.tokens === 0 || lines === null) return null;
  return pair(alarm[`${lines}Low`][layer], alarm[`${lines}High`][layer]);
}

/** The lines of readouts; null as above. */
export function drawnReadoutLines(alarm: AlarmLines, layer: number): LinePair | null {
  return alarm.taps === 0 ? null : pair(alarm.tapLow[layer], alarm.tapHigh[layer]);
}

/** A layer that reads 0 everywhere (layer 0) has no lines worth drawing. */
function pair(low: number | undefined, high: number | undefined): LinePair | null {
  return low === undefined || high === undefined || !(high > low) ? null : { low, high };
}

function linesOf(values: number[]): LinePair {
  const sorted = Float64Array.from(values).sort();
  return { low: quantileOfSorted(sorted, ALARM_RATE), high: quantileOfSorted(sorted, 1 - ALARM_RATE) };
}

function finite(values: ArrayLike<number>): number[] {
  return Array.from(values).filter(Number.isFinite);
}
