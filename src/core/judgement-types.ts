/** What an existing probe reads on another set of the same axis: `training/judge.ts` computes it, the page shows it. */

/** Lists have one number a layer. */
export interface Judgement {
  readonly set: string;
  readonly sha256: string;
  readonly topics: number;
  /** Tap readings of both poles: turns times taps. */
  readonly rows: number;
  /** AUROC of positive against negative over tap readings, with its 95 % interval (bootstrap over topics). */
  readonly auroc: readonly number[];
  readonly aurocLow: readonly number[];
  readonly aurocHigh: readonly number[];
  /** AUROC of whole readings (mean over taps). */
  readonly readingAuroc: readonly number[];
  /** Share of topics in which the positive turn scores above the negative one. */
  readonly pairs: readonly number[];
  /** Mean score of each pole's turns; `neutral` is null where the set has no neutral turns. */
  readonly means: { readonly positive: readonly number[]; readonly negative: readonly number[]; readonly neutral: readonly number[] | null };
}
