/**
 * What an existing probe reads on another set, of its own axis or of another: `training/evidence/judge.ts` computes it, the page
 * and the command show it.
 */

import type { RawWorth, TraceAuroc } from '../trace-types.ts';

/** What shuffled labels reach on the same scores (`judgement-null.ts`). */
export interface JudgementNull {
  readonly shuffles: number;
  readonly seed: number;
  /** In how many ways the labels can be dealt out within topics: p cannot lie below 1 in so many. */
  readonly ways: number;
  /** By layer: the 95th percentile of AUROC under shuffled labels, and p of this layer by itself. */
  readonly auroc95ByLayer: readonly number[];
  readonly pByLayer: readonly number[];
  /** The same for the best of all layers: what a layer that was picked on this set has to beat. */
  readonly auroc95: number;
  readonly p: number;
}

/** Lists have one number a layer. A reading is the mean over the probe's control texts after one turn. */
export interface Judgement {
  readonly set: string;
  readonly sha256: string;
  readonly topics: number;
  /** Readings of both poles: as many as there are turns. */
  readonly readings: number;
  /** AUROC of positive against negative readings; 0.5 is chance. */
  readonly auroc: readonly number[];
  /** Its 95 % interval (bootstrap over topics); null where there are too few topics for one. */
  readonly aurocLow: readonly (number | null)[];
  readonly aurocHigh: readonly (number | null)[];
  /** Share of topics in which the positive turns score above the negative ones. */
  readonly pairs: readonly number[];
  /** Labels shuffled within topics; null where a pole has no turns, so that there is no AUROC. */
  readonly null: JudgementNull | null;
  /**
   * Mean score of each pole's readings, in standard deviations of the training readings; `neutral` is null where the
   * set has no neutral turns.
   */
  readonly means: {
    readonly positive: readonly number[];
    readonly negative: readonly number[];
    readonly neutral: readonly number[] | null;
  };
  /**
   * By layer: the score of every turn of both poles, in the order of the set's rows and in the unit of `means`; for
   * a comparison turn by turn.
   */
  readonly turnScores: readonly (readonly number[])[];
  /** The same turns by the probe's readout, at their ends and inside; null where the probe has none. */
  readonly readout: TraceAuroc | null;
  /** What must be said beside every number, in sentences. */
  readonly caveats: readonly string[];
}

/** What an existing probe reads on labelled stories, smoothed as a text is shown. */
export interface StoriesJudgement {
  readonly set: string;
  readonly sha256: string;
  readonly stories: number;
  /** AUROC at sentence ends, and over all words of labelled sentences (`inside`): mean over the stories that have both poles. */
  readonly within: TraceAuroc;
  readonly pooled: TraceAuroc;
  /** The tokens' own scores at the probe's default layer, over all tokens of labelled sentences. */
  readonly raw: readonly RawWorth[];
  readonly caveats: readonly string[];
}
