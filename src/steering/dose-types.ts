/** What steering does at several strengths, beside what other directions do at the same: a dose–response. Plain data. */
import type { DtypeAgreement } from '../probe/dtype-agreement.ts';
import type { Axis, ModelIdentity } from '../probe/probe-types.ts';
import type { SteeringWhere } from './steering.ts';
import type { SteeringMode } from './modes.ts';
import type { Estimate } from '../stats/estimate.ts';

/** Resamples of the choices behind every interval. */
export const DOSE_DRAWS = 2000;

/** What steering of some strength does to neutral text. */
export interface StrengthTrial {
  readonly strength: number;
  /** KL of the next-token distributions, 95th percentile over the neutral tokens, in nats. */
  readonly kl: number;
  /** Mean KL over the same tokens. */
  readonly meanKl: number;
  /** Perplexity of the neutral texts under steering. */
  readonly perplexity: number;
}

/** The strength whose KL is the one that was asked for. */
export interface MatchedStrength extends StrengthTrial {
  readonly target: number;
  /** Readings of the neutral texts that it took. */
  readonly batches: number;
}

/** A direction's effect at one strength, the positive and the negative steering at the same. */
export interface DoseLevel extends MatchedStrength {
  /** Log-odds under the positive steering less those unsteered, mean over choices, in nats; the same for the negative steering. */
  readonly towards: Estimate;
  readonly away: Estimate;
  /** Half the difference between the log-odds under the two interventions, mean over choices, in nats. */
  readonly effect: Estimate;
  /** Share of choices that the two interventions move apart the right way. */
  readonly right: Estimate;
}

/** One direction at all levels. */
export interface DoseSeries {
  readonly kind: 'direction' | 'flipped' | 'isotropic' | 'unrelated';
  readonly title: string;
  readonly levels: readonly DoseLevel[];
}

/** A set of choices and what the direction does to them. */
export interface DoseChoices {
  readonly name: string;
  readonly sha256: string;
  readonly pairs: number;
  /** Log-odds of the positive way of going on, unsteered, mean over choices, in nats. */
  readonly unpushed: Estimate;
}

/** Where the direction's effect lies among those of the placebos at one level. */
export interface DoseRank {
  readonly target: number;
  /** Largest absolute effect of a placebo, in nats, and its title. */
  readonly largest: number;
  readonly largestTitle: string;
  /** Placebos (flipped and isotropic), and how many of them have an effect at least as large. */
  readonly placebos: number;
  readonly atLeast: number;
  /** (1 + atLeast) / (1 + placebos): the smallest p that so many placebos allow is 1 / (1 + placebos). */
  readonly p: number;
}

/** A whole dose–response. */
export interface DoseReport {
  readonly probe: { readonly id: string; readonly title: string; readonly sha256: string };
  readonly model: Pick<ModelIdentity, 'id' | 'weightsSha256'>;
  readonly axis: Axis;
  readonly mode: SteeringMode;
  readonly from: number;
  readonly to: number;
  readonly where: SteeringWhere;
  readonly neutral: { readonly texts: number; readonly tokens: number; readonly perplexity: number };
  readonly choices: DoseChoices;
  readonly direction: DoseSeries;
  /** The same strengths on choices of another kind; null where none were given. */
  readonly control: {
    readonly choices: DoseChoices;
    readonly levels: readonly Pick<DoseLevel, 'target' | 'effect' | 'right'>[];
  } | null;
  readonly placebos: readonly DoseSeries[];
  readonly ranks: readonly DoseRank[];
  readonly seed: number;
  readonly version: string;
  /** How far the direction agrees with the model, where its probe was made on another variant of it. */
  readonly carriedOver?: DtypeAgreement;
}

/** How far a dose–response is. */
export interface DoseProgress {
  readonly stage: 'ground' | 'direction' | 'placebos';
  /** Directions that are done, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly title: string;
}
