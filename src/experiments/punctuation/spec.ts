/**
 * The spec of a `punctuation` experiment: short texts in two versions, and words that say which version it was. Everything that a
 * reader could dispute is in the file and fixed before a run.
 */
import type { SpecHead } from '../design.ts';

/** The versions of a text. */
export const SIDES = ['light', 'dark'] as const;
export type Side = (typeof SIDES)[number];

/** Something in two versions. */
type BySide = Readonly<Record<Side, string>>;

/** A text in both versions, with as many commas and full stops, and how a sentence about it begins. */
export interface Topic extends BySide {
  readonly id: string;
  /** Stands behind the text, before a word of {@link PunctuationAxis.words}: `All in all the meal was`. */
  readonly ask: string;
}

/** What tells the versions apart, and its topics. */
export interface PunctuationAxis {
  readonly id: string;
  /** What it is called in sentences: `sentiment`. */
  readonly name: string;
  /** What is said of a text: a word for each version. */
  readonly words: readonly BySide[];
  readonly topics: readonly Topic[];
}

/** Every number that the rule uses. */
export const THRESHOLDS = ['rope', 'carried', 'alpha'] as const;

/** See experiments/E/spec.json. */
export interface PunctuationSpec extends SpecHead {
  readonly thresholds: Readonly<Record<(typeof THRESHOLDS)[number], number>>;
  /** What was known of the outcome before the spec was final, in words. */
  readonly seenBefore: string;
  /** The topics of an axis are measured in so many groups, each along a direction that was fitted on all other groups. */
  readonly groups: number;
  /** How often as many other tokens are drawn. */
  readonly others: number;
  /** Random directions. */
  readonly random: number;
  /** Groups of each axis that a quick run takes. */
  readonly quick: { readonly groups: number };
  readonly axes: readonly PunctuationAxis[];
}
