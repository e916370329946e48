/**
 * The spec of a `placements` experiment: one supervision at eight places, from a line of text to what reads nothing, in two families of
 * rules. Every text that a model reads is put together from these parts (plan.ts), so that an item is the same string in every condition.
 */
import type { SpecHead } from '../design.ts';

/** Supervision that is text, read before all else. */
export const TEXTS = ['instruction', 'demonstrations', 'persona'] as const;
export type TextPlacement = (typeof TEXTS)[number];

/** Supervision that is added to the stream. */
export const STEERED = ['early', 'middle', 'late'] as const;
export type Steered = (typeof STEERED)[number];

/** Where a supervision can be put, from inside the text to outside of it. */
export const PLACEMENTS = [...TEXTS, ...STEERED, 'gated', 'fixed'] as const;
export type Placement = (typeof PLACEMENTS)[number];

/** Every number that the gates and the rule use. */
export const THRESHOLDS = ['tolerance', 'fewestPlacements', 'strongestBias', 'alpha', 'margin'] as const;

/** What surrounds an item: `{item}` once. What stands at its end is what the model goes on from. */
export interface Frame {
  readonly id: string;
  readonly text: string;
}

/** What is asked of the model twice: of `said` families one sentence with it. */
export interface Topic {
  readonly id: string;
  /** The sentence that is to be said; null in a family of words. */
  readonly said: string | null;
  readonly items: readonly string[];
}

/** A text that no rule is about, and what follows. */
export interface Beside {
  readonly context: string;
  readonly next: string;
}

/** How a family's rule is told from anything else: one sentence, word by word, or one class of words against another. */
export const KINDS = ['sentence', 'words'] as const;
export type Kind = (typeof KINDS)[number];

/** One rule with everything that is measured of it. */
export interface Family {
  readonly id: string;
  readonly kind: Kind;
  readonly title: string;
  /** What every placement adds to the log odds of the rule on its clean items, in nats. */
  readonly effect: number;
  /** Words that keep the rule and words that break it; empty for a sentence. */
  readonly kept: readonly string[];
  readonly broken: readonly string[];
  /** What is read first; `{said}` stands for the sentence. */
  readonly texts: Readonly<Record<TextPlacement, string>>;
  /** A line that has the same words and gives no rule. */
  readonly mention: string;
  readonly clean: string;
  readonly attacks: readonly Frame[];
  readonly exceptions: readonly Frame[];
  /** Contexts of neither kind: outside-textiness is measured on these. */
  readonly elsewhere: readonly Frame[];
  /** Contexts in which the rule should act, and as many in which it should not: the gate is fitted on these, and the direction of words. */
  readonly opens: readonly string[];
  readonly closes: readonly string[];
  /** Contexts that a sentence is read behind for its direction; empty for words. */
  readonly hosts: readonly string[];
  readonly topics: readonly Topic[];
}

/** See experiments/C/spec.json. */
export interface PlacementsSpec extends SpecHead {
  readonly thresholds: Readonly<Record<(typeof THRESHOLDS)[number], number>>;
  /** What was known of the outcome before the spec was final, in words. */
  readonly seenBefore: string;
  /** Topics of each family in a quick run. */
  readonly quick: number;
  /** Another task, shown by examples, with its answer; and neutral text. Each topic is given `besideEach` of both, in turn. */
  readonly tasks: readonly Beside[];
  readonly neutral: readonly Beside[];
  readonly besideEach: number;
  readonly families: readonly [Family, Family];
}
