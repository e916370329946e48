/** What a spec of a `mixture` experiment says, as it is used. `parse.ts` reads it and refuses what is not balanced. */
import type { SpecHead } from '../design.ts';

/** The two ways a character may go on; evidence of the first counts +1, of the second -1. */
export const POLES = ['kind', 'cruel'] as const;
export type Pole = (typeof POLES)[number];

/** The same in the version of either pole: a sentence of evidence, or a way of going on. */
export type ByPole = Readonly<Record<Pole, string>>;

/** What may stand before a context, and which way the stream may be steered. */
export const FRAMES = ['none', 'kind', 'cruel', 'neutral'] as const;
export type Frame = (typeof FRAMES)[number];
export const STEERING = [-1, 0, 1] as const;

/**
 * Circumstances in which evidence is read: a frame without steering, or steering without a frame. The first is what all
 * others are compared with.
 */
export const CONDITIONS = [
  { id: 'none', frame: 'none', push: 0 },
  { id: 'kind', frame: 'kind', push: 0 },
  { id: 'cruel', frame: 'cruel', push: 0 },
  { id: 'neutral', frame: 'neutral', push: 0 },
  { id: 'plus', frame: 'none', push: 1 },
  { id: 'minus', frame: 'none', push: -1 },
] as const satisfies readonly {
  readonly id: string;
  readonly frame: Frame;
  readonly push: (typeof STEERING)[number];
}[];
export type Condition = (typeof CONDITIONS)[number];
export type ConditionId = Condition['id'];

/** Somebody somewhere, and what that person does. */
export interface Scene {
  readonly id: string;
  readonly name: string;
  readonly pronoun: 'he' | 'she';
  /** The first sentence of every context. */
  readonly setting: string;
  /** What was done, either way: sentences that can stand in any order. */
  readonly evidence: readonly ByPole[];
}

/** A scene that is measured. */
export interface Topic extends Scene {
  /** Ways to go on, which the model is made to choose between. */
  readonly continuations: readonly ByPole[];
}

/** A layer as a share of depth: `index` of a model with `of` layers. */
export interface Depth {
  readonly index: number;
  readonly of: number;
}

/** How much of the spec is run. */
export interface Extent {
  readonly topics: number;
  /** How many of `orders` are read in the first condition, and in the others; each stands with its mirror. */
  readonly orders: number;
  readonly beside: number;
}

/** See experiments/A2/earlier/spec.json. */
export interface MixtureSpec extends SpecHead {
  readonly thresholds: Readonly<Record<ThresholdName, number>>;
  /** The layer that is steered, and the one that is read at control texts. */
  readonly steering: Depth;
  readonly reading: Depth;
  /** Numbers of sentences of evidence, ascending from 0. */
  readonly doses: readonly number[];
  /**
   * How many of the most sentences are kind in each order; the first is all of them. The mirror of an order has every
   * sentence in its other version.
   */
  readonly orders: readonly number[];
  readonly beside: number;
  readonly quick: Extent;
  readonly frames: Readonly<Record<Exclude<Frame, 'none'>, string>>;
  readonly taps: readonly string[];
  /** Words that no string may hold. */
  readonly keywords: readonly string[];
  readonly topics: readonly Topic[];
  /** Scenes that directions are fitted on; none is measured. */
  readonly fit: readonly Scene[];
}

/** Names of the numbers that the rule, the gates and the calibration use. */
export const THRESHOLDS = ['standardErrors', 'rope', 'competence', 'balance', 'kl'] as const;
export type ThresholdName = (typeof THRESHOLDS)[number];

/** The most sentences of evidence in a context. */
export function mostSentences({ doses }: Pick<MixtureSpec, 'doses'>): number {
  return doses.at(-1) ?? 0;
}

/** That layer of a model, never the embedding. */
export function layerAt({ index, of }: Depth, layerCount: number): number {
  return Math.max(1, Math.round((index / of) * layerCount));
}
