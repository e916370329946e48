/**
 * The spec of a `two-poles` experiment: axes of two classes, each with topics that have a turn of either pole and a neutral
 * one behind the same opening. Everything that a reader could dispute is in the file and fixed before a run.
 */
import type { SpecHead } from '../design.ts';

/** Both classes of axes: what people are praised or blamed for, or feel; and manner and taste. */
export const CLASSES = ['conduct', 'style'] as const;
export type AxisClass = (typeof CLASSES)[number];

/** The poles of an axis, by their names in files. */
export const POLES = ['a', 'b'] as const;
export type Pole = (typeof POLES)[number];

/** One opening and three ways to end it. */
export interface Topic {
  readonly id: string;
  /** What all three turns share, to the word. */
  readonly lead: string;
  readonly a: string;
  readonly b: string;
  readonly neutral: string;
}

/** One pair of opposites. */
export interface PoleAxis {
  readonly id: string;
  readonly kind: AxisClass;
  /** Names of the poles. */
  readonly a: string;
  readonly b: string;
  /** The axis whose turns stand in for marked ones about something else; of the same class. */
  readonly marked: string;
  /** Where the topics are from, in words. */
  readonly source: string;
  /** How many topics are asked after one context. */
  readonly perContext: number;
  readonly topics: readonly Topic[];
}

/** Every number that gates and rule use. */
export const THRESHOLDS = ['axesPerClass', 'gainBits', 'shareRope', 'shareFloor', 'alpha'] as const;
export type Threshold = (typeof THRESHOLDS)[number];

/** See experiments/D/spec.json. */
export interface TwoPolesSpec extends SpecHead {
  readonly thresholds: Readonly<Record<Threshold, number>>;
  /** What was known of the outcome before the spec was final, in words. */
  readonly seenBefore: string;
  /** How the axes were sorted, and what the unit is, in words. */
  readonly classes: string;
  readonly unit: string;
  /** How many turns show a pole, ascending; the verdict is of the last. */
  readonly doses: readonly number[];
  /** How many topics of an axis are read at the lower doses too: the first of each of the first so many contexts. */
  readonly doseTopics: number;
  /** A quick run asks after the first so many contexts of every axis, at the last dose alone. */
  readonly quick: { readonly contexts: number };
  readonly axes: readonly PoleAxis[];
}

/** The dose of the verdict. */
export function mostShown({ doses }: Pick<TwoPolesSpec, 'doses'>): number {
  return doses.at(-1) ?? 0;
}
