/**
 * The spec of a `turners` experiment: people with acts in two versions. Some are shown by an author whose people turn, some by one whose
 * people stay what they are. Everything that a reader could dispute is in the file and fixed before a run.
 */
import type { SpecHead } from '../design.ts';

/** Which way an act goes. */
export const SIDES = ['light', 'dark'] as const;
export type Side = (typeof SIDES)[number];

/** Both versions of an act, without the name that comes before them: `saved a warm roll for the watchman.` */
export type Act = Readonly<Record<Side, string>>;

/** One person: shown by the author in the contexts of others, asked about in a unit of their own. */
export interface Topic {
  readonly id: string;
  readonly name: string;
  readonly pronoun: 'he' | 'she';
  /** A sentence that begins with the name. */
  readonly setting: string;
  readonly acts: readonly Act[];
}

/** Every number that the rule uses. */
export const THRESHOLDS = ['rope'] as const;

/** See experiments/A/spec.json. */
export interface TurnersSpec extends SpecHead {
  readonly thresholds: Readonly<Record<(typeof THRESHOLDS)[number], number>>;
  /** What was known of the outcome before the spec was final, in words. */
  readonly seenBefore: string;
  /** Names of the sides. */
  readonly light: string;
  readonly dark: string;
  /** How many stories of other people come first: multiples of four, ascending. */
  readonly stories: readonly number[];
  /** How many next acts are asked for after each beginning. */
  readonly tests: number;
  readonly quick: { readonly topics: number; readonly stories: readonly number[] };
  readonly topics: readonly Topic[];
}
