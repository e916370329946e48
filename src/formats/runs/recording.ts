/**
 * A recorded reading: what the strip, the map and the trajectory need to show a story before any model is loaded.
 * JSON; scores are rounded to 2 decimals, which is finer than a screen shows.
 */
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import type { AlarmLines, Axis, LayerCalibration, TextHabits } from '../../probe/probe-types.ts';
import type { ByPole } from '../../probe/heads.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import type { SamplingOptions, ReadoutReading, TokenPiece, TokenScores } from '../../reading/reading.ts';

/** Of each pole from neutral, what a recording holds beside the readouts' own: scores `[tokens, layers]` and their scales. */
export interface RecordedPole extends TokenScores {
  readonly calibration: readonly LayerCalibration[];
  readonly explained: readonly number[];
  readonly alarm: AlarmLines;
}

/** What it takes to make a reading again beside its text and its provenance. */
export interface RunOrigin {
  /** When it came to its end, or was stopped: milliseconds since 1970. */
  readonly finishedAt: number;
  /** Whether neutral sentences were read after each sentence. */
  readonly taps: boolean;
  /** The graphics adapter in words; null where the processor computed, or where it is not known. */
  readonly adapter: string | null;
  /** Key and title of the probe among what the page offered, e.g. `shipped:kind-cruel`. */
  readonly probeKey: string;
  readonly probeTitle: string;
  /** In the order of the text; empty where everything was given. */
  readonly continuations: readonly Continuation[];
  /** What was done to the stream while it was read or written; null where nothing was, and in recordings of version 1 to 3. */
  readonly push: SteeringRecord | null;
  /** How far the probe agrees with the model, where it was made on another variant of it; left out where it was made on these weights. */
  readonly carriedOver?: DtypeAgreement;
}

/** What a reading was made with. */
export interface RecordingProvenance extends TextHabits {
  readonly model: string;
  readonly weightsSha256: string;
  readonly probe: string;
  readonly probeSha256: string;
  readonly backend: string;
  readonly version: string;
}

/** One time that the model wrote on. */
export interface Continuation {
  /** Where in the text it began. In characters, because a text that is read again may fall into other tokens. */
  readonly fromCharacter: number;
  readonly sampling: SamplingOptions;
}

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
  /**
   * The part of each score that the words alone predict `[tokens, layers]`; NaN where there is none, and throughout
   * recordings of version 1.
   */
  readonly words: Float32Array;
  readonly taps: readonly ReadoutReading[];
  readonly calibration: readonly LayerCalibration[];
  /** By layer: the share of variance that the words explain (see `LexicalModel.explained`); 0 throughout recordings of version 1. */
  readonly explained: readonly number[];
  /** With rate 0 and no lines in recordings of version 1. */
  readonly alarm: AlarmLines;
  /** Each pole from neutral; null where the probe has no such reading, and in recordings of version 1 and 2. */
  readonly poles: ByPole<RecordedPole> | null;
  readonly provenance: RecordingProvenance;
  /** Present where the reader's own browser made it; absent in the recordings that ship with the page. */
  readonly run?: RunOrigin;
}
