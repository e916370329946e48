/** The spec of an `evidence` experiment: that of `mixture`, with a bound on how sentences add up, and random directions of steering. */
import type { MixtureSpec } from '../mixture/spec.ts';

/** What the rule uses beside the thresholds of `mixture`. */
export const MORE_THRESHOLDS = ['alphaMost'] as const;

/** See experiments/A2/spec.json. */
export interface EvidenceSpec extends MixtureSpec {
  readonly thresholds: MixtureSpec['thresholds'] & Readonly<Record<(typeof MORE_THRESHOLDS)[number], number>>;
  /** What was known of the outcome before the spec was final, in words. */
  readonly seenBefore: string;
  /** How many random directions steer, each to one side. */
  readonly random: number;
}
