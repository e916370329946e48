/** Texts that the model wrote beforehand, with their readings: what a place shows before any model is loaded. */
import type { Axis } from '../probe/probe-types.ts';
import type { Pole } from '../probe/heads.ts';
import type { SamplingOptions } from './reading.ts';
import { mean } from '../stats/stats.ts';
import type { TracePoint } from './trace.ts';

/** What steered the writing of a text: a vector that was added at one layer. */
export interface ExampleSteering {
  readonly pole: Pole;
  /** In typical lengths of the stream. */
  readonly strength: number;
  /** 1 is what leaves the first layer. */
  readonly layer: number;
}

/** One text. */
export interface ExampleText {
  /** The name of its prompt in the place. */
  readonly title: string;
  /** What each token adds to the text, the prompt's first. */
  readonly pieces: readonly string[];
  /** Tokens of the prompt. */
  readonly given: number;
  /** What the model read along the text without any steering. */
  readonly trace: readonly TracePoint[];
  /** Null: the model wrote by itself. */
  readonly steering: ExampleSteering | null;
}

/** What made the texts. */
export interface ExampleProvenance {
  readonly model: string;
  readonly weightsSha256: string;
  readonly probe: string;
  readonly probeSha256: string;
  readonly backend: string;
  readonly version: string;
}

/** All texts of a place: one model, one probe, one way of choosing words. */
export interface Examples {
  readonly axis: Axis;
  readonly sampling: SamplingOptions;
  readonly provenance: ExampleProvenance;
  readonly texts: readonly ExampleText[];
}

/** The mean of the readings at the ends of sentences after token `from`; of all readings there where no sentence ends; NaN without any. */
export function meanReading(trace: readonly TracePoint[], from: number): number {
  const after = trace.filter(({ afterToken, score }) => afterToken >= from && Number.isFinite(score));
  const ends = after.filter(({ stand }) => stand === 'sentence');
  return mean((ends.length > 0 ? ends : after).map(({ score }) => score));
}
