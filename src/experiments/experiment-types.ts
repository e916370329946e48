/**
 * What an experiment leaves behind: a verdict by a rule that was written first, the gates it had to pass, its contrasts
 * with intervals and nulls, and one figure. Plain data: the command writes it, the page and the docs show it.
 */
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { ExperimentFigure } from '../charts/figure.ts';
import type { Estimate } from '../stats/estimate.ts';

/**
 * PARTIAL: some of what the rule asks for was found, and nothing that denies it. INCONCLUSIVE: a gate failed, or the
 * intervals allow both.
 */
export type ExperimentVerdict = 'CONFIRM' | 'DENY' | 'PARTIAL' | 'INCONCLUSIVE';

/** The kinds of experiment there is code for; a spec names one. What each is stands in design-words.ts. */
export const DESIGN_NAMES = [
  'authors',
  'flip-back',
  'outside-text',
  'opposites',
  'mixture',
  'evidence',
  'two-poles',
  'midpoint',
  'turners',
  'placements',
  'punctuation',
] as const;
export type DesignName = (typeof DESIGN_NAMES)[number];

/** `quick` runs a part that was fixed beforehand; its verdict is never more than a look. */
export type RunSize = 'full' | 'quick';

/** What must be true before a verdict may be read: that the model can do the task at all, or that an instrument works. */
export interface Gate {
  readonly id: string;
  /** What is asked, in a sentence. */
  readonly says: string;
  readonly unit: string;
  readonly measured: Estimate;
  /** Which side of `at` passes, and whether the value or the whole interval must lie there. */
  readonly side: 'above' | 'below';
  readonly at: number;
  readonly needs: 'value' | 'interval';
  readonly passed: boolean;
}

/** Where an interval lies against a region of practical equivalence: all within, all above, all below, or across an edge. */
export type RopeReading = 'within' | 'above' | 'below' | 'open';

/** A contrast that was planned before any run. */
export interface Contrast {
  readonly id: string;
  /** What is compared, in a sentence. */
  readonly says: string;
  readonly unit: string;
  readonly estimate: Estimate;
  /** Two-sided p of the named null; null where the contrast has an interval only. */
  readonly p: number | null;
  /** The same after Holm over the planned contrasts; null where p is. */
  readonly pHolm: number | null;
  /** What was permuted or flipped, and how often. */
  readonly null: string;
  readonly rope: readonly [low: number, high: number] | null;
  readonly reading: RopeReading | null;
  /** The smallest effect that this n finds with 80 % power at the 5 % level, two-sided; null where it makes no sense. */
  readonly detectable: number | null;
}

/** A number that stands beside and decides nothing. */
export interface Measure {
  readonly id: string;
  readonly says: string;
  readonly unit: string;
  readonly estimate: Estimate;
}

/** What analysing an experiment's units gives; nothing in it depends on when, where or in how many parts they ran. */
export interface Findings {
  readonly verdict: ExperimentVerdict;
  /** Why, by the rule: which conditions held and which did not, with their numbers. */
  readonly because: string;
  readonly gates: readonly Gate[];
  readonly contrasts: readonly Contrast[];
  readonly measures: readonly Measure[];
  /** What would have to be found for another verdict, sentence by sentence. */
  readonly wouldChange: readonly string[];
  /** What this cannot say. */
  readonly limits: readonly string[];
  readonly figure: ExperimentFigure;
}

/** What the card of an experiment shows. */
export interface ExperimentReport extends Findings {
  readonly experiment: {
    readonly id: string;
    readonly design: DesignName;
    readonly title: string;
    readonly claim: string;
    readonly rule: ExperimentRule;
    readonly specSha256: string;
    readonly size: RunSize;
  };
  readonly model: ModelIdentity;
  /** Which engine read: `node`, `wasm`, `webgpu`. */
  readonly backend: string;
  readonly units: number;
  /** Of the units file, so that the same numbers can be told from others. */
  readonly unitsSha256: string;
}

/** The written rule, one sentence or two for each verdict. */
export interface ExperimentRule {
  readonly confirm: string;
  readonly deny: string;
  readonly partial: string;
  readonly inconclusive: string;
}
