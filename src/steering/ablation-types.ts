/** What a model loses of a behaviour where a probe's direction is taken out, beside random directions: plain data. */
import type { Axis, ModelIdentity } from '../probe/probe-types.ts';
import type { Estimate } from '../stats/estimate.ts';
import type { DoseChoices, DoseReport } from './dose-types.ts';

/** The two directions of a probe that are taken out, each by itself. */
export const ERASED = ['reading', 'steering'] as const;
export type Erased = (typeof ERASED)[number];

/** A direction that was taken out at every layer. */
export interface Erasure {
  /** KL of the next word that it causes in neutral text, 95th percentile over tokens, in nats. */
  readonly kl: number;
  /** What is left of {@link AblationReport.told}, mean over choices, in nats. */
  readonly told: Estimate;
  /** Share of it that is lost: 1 − left / told; n is the number of choices. */
  readonly lost: Estimate;
  /** The same less the mean of the random directions, over the same choices. */
  readonly beyond: Estimate;
  /** How many random directions lose as much or more, and (1 + those) / (1 + all). */
  readonly atLeast: number;
  readonly p: number;
}

/** A random direction that was taken out. */
export interface RandomErasure {
  readonly title: string;
  readonly kl: number;
  /** How far from its neutral mean it was held so that its KL is as large, in typical lengths of the stream; 0: at the mean. */
  readonly offset: number;
  /** Share of {@link AblationReport.told} that is lost. */
  readonly lost: number;
}

/** The two directions of a probe at one layer. */
export interface LayerCosine {
  readonly layer: number;
  /** Cosine of the direction that reads with the one that steers. */
  readonly cosine: number;
  /** The largest cosine, either way, of the direction that reads with the random ones. */
  readonly random: number;
  /** How well the direction reads here, every topic left out in turn: AUROC, from the probe. */
  readonly auroc: number;
}

/** The whole of it. */
export interface AblationReport {
  readonly probe: DoseReport['probe'];
  readonly model: Pick<ModelIdentity, 'id' | 'weightsSha256'>;
  readonly axis: Axis;
  /** Choices that the probe was not trained on. */
  readonly choices: Omit<DoseChoices, 'unpushed'>;
  /** How many other choices, ended in one pole's way, stand before each. */
  readonly shows: number;
  readonly neutral: { readonly texts: number; readonly tokens: number };
  /** Log odds of the positive ending after positive endings less those after negative ones, mean over choices, in nats. */
  readonly told: Estimate;
  readonly erased: Readonly<Record<Erased, Erasure>>;
  readonly random: readonly RandomErasure[];
  /** Every layer but the embedding, ascending from 1. */
  readonly cosines: readonly LayerCosine[];
  readonly seed: number;
  readonly version: string;
}
