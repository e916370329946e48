/**
 * The spec of a `midpoint` experiment: acts in two versions, stories about one person, and what may come between acts. Everything
 * that a reader could dispute is in the file and fixed before a run.
 */
import type { SpecHead } from '../design.ts';

/** The axis of the claim, and the two that it stands beside. */
export const AXIS_IDS = ['moral', 'mood', 'style'] as const;
export type AxisId = (typeof AXIS_IDS)[number];

/** Both versions of an act or of an ending. */
export type Side = 'light' | 'dark';
export type Versions = Readonly<Record<Side, string>>;

/** An opening with two endings, which are asked for after the acts. */
export interface Test extends Versions {
  readonly lead: string;
}

/** One person and what is asked about them. */
export interface Story {
  readonly id: string;
  readonly pronoun: 'he' | 'she';
  readonly opening: string;
  readonly tests: readonly Test[];
}

/** One axis. */
export interface MidpointAxis {
  readonly id: AxisId;
  /** Names of the poles. */
  readonly light: string;
  readonly dark: string;
  /** How many acts are read before the tests, even and ascending. */
  readonly lengths: readonly number[];
  /** With `{He}`, `{he}`, `{his}`, `{him}` for the person of a story. */
  readonly acts: readonly Versions[];
  readonly stories: readonly Story[];
}

/** Sentences that may come between acts or after them. */
export interface Events {
  /** After both blocks: what was done last was only played. */
  readonly reveal: string;
  /** Before and after the second block. */
  readonly dream: string;
  readonly wake: string;
  /** After both blocks: another subject. */
  readonly break: string;
}

/** Every number that the rule uses. */
export const THRESHOLDS = ['noAttractor', 'attractor', 'movedBack', 'midpointRope'] as const;

/** See experiments/B/spec.json. */
export interface MidpointSpec extends SpecHead {
  readonly thresholds: Readonly<Record<(typeof THRESHOLDS)[number], number>>;
  /** What was known of the outcome before the spec was final, in words. */
  readonly seenBefore: string;
  /** How many acts the two blocks have together. */
  readonly blocks: number;
  readonly events: Events;
  readonly quick: { readonly stories: number; readonly lengths: readonly number[] };
  /** In the order of {@link AXIS_IDS}. */
  readonly axes: readonly MidpointAxis[];
}
