/**
 * A recorded reading: what the strip, the map and the trajectory need to show a story before any model is loaded.
 * JSON; scores are rounded to 2 decimals, which is finer than a screen shows.
 */
import type { Axis, LayerCalibration } from '../core/probe-types.ts';
import type { TapReading, TokenPiece } from '../core/reading.ts';

/** A finished reading with what is needed to draw and to make it again. */
export interface Recording {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly axis: Axis;
  readonly defaultLayer: number;
  readonly tokens: readonly TokenPiece[];
  /** Tokens that were given; the rest was generated. */
  readonly givenTokens: number;
  readonly layers: number;
  /** Scores `[tokens, layers]`; NaN at position 0. */
  readonly scores: Float32Array;
  readonly taps: readonly TapReading[];
  readonly calibration: readonly LayerCalibration[];
  readonly provenance: { readonly model: string; readonly weightsSha256: string; readonly probe: string; readonly probeSha256: string; readonly backend: string; readonly version: string };
}
