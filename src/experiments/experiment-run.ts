/**
 * Running an experiment where a model is: what is asked for and what is reported on the way. Plain data, so that it can be
 * sent between threads.
 */
import type { DesignName, ExperimentReport, ExperimentRule, RunSize } from './experiment-types.ts';
import type { SetSource } from '../probe/training-plan.ts';

/** How far a run is. */
export interface ExperimentProgress {
  readonly stage: 'pace' | 'prepare' | 'units';
  /** Units that have run, of those of this run. */
  readonly done: number;
  readonly total: number;
  /**
   * How much of the work is done, 0 to 1: the preparation and all units by what they ask of a model, those that were
   * kept included; null before the pace is known.
   */
  readonly share: number | null;
  /** The unit under way. */
  readonly unit: string | null;
  /** Seconds left by what was measured so far; null before anything was. */
  readonly secondsLeft: number | null;
}

/** A spec that was read and checked. */
export interface SpecSummary {
  readonly id: string;
  readonly design: DesignName;
  readonly title: string;
  readonly claim: string;
  readonly rule: ExperimentRule;
  readonly sha256: string;
  /** Units of each size. */
  readonly units: Readonly<Record<RunSize, number>>;
}

/** A part of a run that is done, as the file that it is kept as: a unit by its id, or the preparation. */
export interface ExperimentPart {
  readonly id: string;
  readonly text: string;
}

/** A run that is asked for. */
export interface ExperimentArgs {
  /** The spec's file. */
  readonly spec: string;
  readonly size: RunSize;
  /** What has run before; it is not run again. Parts of another spec, model, size or backend are refused. */
  readonly parts: readonly ExperimentPart[];
  /** Neutral stories: the unit of steering. */
  readonly stories: SetSource;
}

/** Seconds that each size takes here, by a short reading. */
export interface ExperimentEstimate {
  readonly seconds: Readonly<Record<RunSize, number>>;
}

/** The results of a file of units: which of the given specs it belongs to, and its analysis. */
export interface AnalysedUnits {
  readonly spec: number;
  readonly outcome: ExperimentOutcome;
}

/** The results of a run. */
export interface ExperimentOutcome {
  readonly report: ExperimentReport;
  /** `units.jsonl`. */
  readonly units: string;
}
