/**
 * One text read with several probes in one pass: an axis is a probe's two poles, and each has its own reading at every
 * place. Plain data and what is shown of it; no model.
 */
import type { Axis } from '../../probe/heads.ts';
import type { ReadingsLeft } from '../../models/engine-report.ts';
import type { Probe } from '../../probe/probe-types.ts';
import type { ShownReading, Stand, TokenPiece } from '../reading.ts';
import { stretches, type TracePoint } from '../trace.ts';

/** Probes that one text is read with at once, at most: more than fit under a text. */
export const MOST_AXES = 12;

/** One place of a text with the reading of each axis, in the order of the probes. */
export interface AxesReading {
  /** Index of the token after which was read. */
  readonly afterToken: number;
  readonly stand: Stand;
  /** Null where that probe has no numbers for such a place; values are raw, not smoothed. */
  readonly axes: readonly (ShownReading | null)[];
}

/** What an axis is shown by. */
export interface AxisHead {
  readonly axis: Axis;
  /** Layer whose score is the reading, in its unit; null for the mean over the probe's reading layers, which is smoothed. */
  readonly layer: number | null;
}

/** A text with its readings on every axis, and what they cost. */
export interface AxesRead {
  /** In the order of the probes. */
  readonly axes: readonly AxisHead[];
  readonly pieces: readonly TokenPiece[];
  /** In the order of the text. */
  readonly readings: readonly AxesReading[];
  /** Tokens of neutral texts that were read beside the text. */
  readonly readoutTokens: number;
  readonly milliseconds: number;
  /** Why some places were not read; null where all were. */
  readonly left: ReadingsLeft | null;
}

/** What an axis of this probe is shown by: one that cannot be read anywhere is read at its default layer. */
export function axisHead({ axis, trace, defaultLayer }: Pick<Probe, 'axis' | 'trace' | 'defaultLayer'>): AxisHead {
  return { axis, layer: trace === null ? defaultLayer : null };
}

/** Readings in the order of the text; of several after one token the last counts. */
export function inOrder(readings: readonly AxesReading[]): readonly AxesReading[] {
  const byToken = new Map(readings.map((reading) => [reading.afterToken, reading]));
  return [...byToken.values()].sort((a, b) => a.afterToken - b.afterToken);
}

/**
 * The trace of axis `index` over readings in the order of the text, as that probe alone shows it: the same stretches, the same
 * smoothing, the same chance range.
 */
export function axisTrace(readings: readonly AxesReading[], index: number, { layer }: AxisHead): readonly TracePoint[] {
  const values = readings.flatMap(({ afterToken, stand, axes }) => {
    const reading = axes[index];
    return reading === null || reading === undefined ? [] : [{ ...reading, afterToken, stand }];
  });
  return stretches(values, layer === null);
}
