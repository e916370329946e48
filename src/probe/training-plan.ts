/** What the page and the command ask a training for: plain data, so that it can cross to the worker. */
import type { FitMethod, Probe } from './probe-types.ts';
import type { Report } from './report-types.ts';

/** The two files of a set as text, not yet validated; `name` without ending, for messages. */
export interface SetSource {
  readonly name: string;
  readonly header: string;
  readonly rows: string;
}

/** What a trace readout is made of, besides the sets of the training. */
export interface TracePlan {
  /** Neutral texts that are branched off after a token. */
  readonly texts: readonly string[];
  /** Names of zero sets and other axes whose difference is projected out. */
  readonly freeOf: readonly string[];
  /** Labelled stories to fit on as well: control sets of stories whose cells are the names of the poles. */
  readonly told: readonly SetSource[];
}

/** Everything that a training takes. */
export interface TrainingPlan {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly sets: readonly SetSource[];
  /** Neutral stories: zero labels for long texts, drift, the zero of single tokens, the words' share and the 1 % lines. */
  readonly stories: SetSource;
  /** How many of the stories to read, from the first; all when null. Fewer is faster and pins zero less well. */
  readonly storyCount: number | null;
  /** Sets whose every row is pulled to zero when the target is `hardened`: luck and moods. */
  readonly zeros: readonly SetSource[];
  /** Control sets, for the judgement only. */
  readonly controls: readonly SetSource[];
  /** Sets of other axes that the finished probe is read on, for the judgement only. */
  readonly others: readonly SetSource[];
  /** How the probe is read anywhere in a text; null where no such readout is made. */
  readonly trace: TracePlan | null;
  /** Control texts to train on, from the first of the set; later ones are wordings never trained on. */
  readonly readoutCount: number;
  /** Whether the turns are read at the later control texts, and those of some topics in the model's chat form, for the judgement only. */
  readonly otherReadouts: boolean;
  readonly method: FitMethod;
  /** The layer to show first; when null the one that most inner folds chose, or 16 of 30 in proportion below 24 topics. */
  readonly defaultLayer: number | null;
  readonly seed: number;
  /** Label shuffles behind every null. */
  readonly shuffles: number;
}

/** How far a training has come. Steps of one stage take about equally long. */
export interface TrainingProgress {
  /**
   * `reading`: texts at their control texts; `fitting`: layers; `tokens`: stories word by word; `judging`: texts of controls and
   * other control texts; `readout`: texts of the trace readout, then its layers.
   */
  readonly stage: 'reading' | 'fitting' | 'tokens' | 'judging' | 'readout';
  readonly done: number;
  readonly total: number;
}

/** Readings as they cross threads: their names, how many numbers each has, and all numbers in that order. */
export interface PackedReadings {
  readonly keys: readonly string[];
  readonly lengths: readonly number[];
  readonly values: Float32Array<ArrayBuffer>;
}

/** What a training gives: the probe's files and its judgement. */
export interface TrainedProbe {
  readonly json: string;
  readonly tensors: ArrayBuffer;
  readonly reportJson: string;
}

/** A probe with its judgement, in memory. */
export interface JudgedProbe {
  readonly probe: Probe;
  readonly report: Report;
}
