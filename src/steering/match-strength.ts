/** The strength at which steering changes the next word by a chosen amount: what makes two directions comparable. */
import type { MatchedStrength, StrengthTrial } from './dose-types.ts';
import { AppError } from '../base/errors.ts';
import type { Intervention } from './steering.ts';
import { quantile } from '../stats/stats.ts';
import { MAX_STRENGTH, type ScaledMode, strengthDef, type StrengthDef } from './modes.ts';
import type { SteeringRunner } from './steering-runner.ts';

/** The quantile of KL over neutral tokens that is matched: steering is felt where it changes much, not on average. */
export const MATCHED_QUANTILE = 0.95;

/** Readings of the neutral texts that a match may take. */
export const MOST_BATCHES = 20;

/** How close the KL of a match lies to what was asked, as a share of it. */
const TOLERANCE = 0.03;

/** What a search is content with. */
export interface MatchSearch {
  /** How close the KL must lie to what was asked, as a share of it. */
  readonly tolerance?: number;
  /** Readings of the neutral texts that a target may take. */
  readonly most?: number;
}

/** Where a search for a length begins: near what moves the 95th percentile by a nat in the middle layers of a small model. */
const FIRST_LENGTH = 0.3;

/** Where a search for a bound begins, and how far it goes while only one side of the target is known: in typical lengths of the stream. */
const FIRST_BOUND = 0;
const BOUND_STEP = 0.4;

/** The strength to try next on each scale. */
const SEARCHES = { length: nextLength, bound: nextBound } satisfies Record<
  StrengthDef['search'],
  (trials: readonly StrengthTrial[], target: number) => number
>;

/**
 * Finds the strengths whose KL is each of `targets` (ascending, nats), all from one search: each step goes along the straight
 * line through the tries around the target, and what one target has taught serves the next. Of what is added KL grows
 * about as the square, so for a length both scales are logarithmic; a bound may lie on either side of zero, so for
 * it only that of KL is. `interventions` makes those that are pooled: one, or a pole and its opposite. Throws `push-invalid` where
 * {@link MOST_BATCHES} readings a target (or `most`) do not find it, because the direction moves too little or too abruptly.
 */
export async function matchStrengths(
  bench: Pick<SteeringRunner, 'neutral'>,
  mode: ScaledMode,
  interventions: (strength: number) => readonly Intervention[],
  targets: readonly number[],
  signal?: AbortSignal,
  { tolerance = TOLERANCE, most = MOST_BATCHES }: MatchSearch = {},
): Promise<readonly MatchedStrength[]> {
  const trials: StrengthTrial[] = [];
  const found: MatchedStrength[] = [];
  const next = SEARCHES[strengthDef(mode).search];
  for (const target of targets) {
    let batches = 0;
    let best = closest(trials, target);
    while (best === null || Math.abs(best.kl / target - 1) > tolerance) {
      const strength = next(trials, target);
      const some = interventions(strength);
      batches += some.length;
      if (batches > most || trials.some((trial) => trial.strength === strength)) throw unmatched(target, best);
      trials.push(await tryStrength(bench, some, strength, signal));
      best = closest(trials, target);
    }
    found.push({ ...best, target, batches });
  }
  return found;
}

/**
 * What steering of this strength does to the neutral texts; `interventions` are pooled. Numbers that break count as the strongest
 * effect.
 */
export async function tryStrength(
  bench: Pick<SteeringRunner, 'neutral'>,
  interventions: readonly Intervention[],
  strength: number,
  signal?: AbortSignal,
): Promise<StrengthTrial> {
  const kl: number[] = [];
  const surprise: number[] = [];
  try {
    for (const intervention of interventions) {
      const effect = await bench.neutral(intervention, signal);
      kl.push(...effect.kl);
      surprise.push(...effect.surprise);
    }
  } catch (thrown) {
    if (AppError.from(thrown).code !== 'push-too-strong') throw thrown;
    return { strength, kl: Infinity, meanKl: Infinity, perplexity: Infinity };
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { strength, kl: quantile(kl, MATCHED_QUANTILE), meanKl: mean(kl), perplexity: Math.exp(mean(surprise)) };
}

function closest(trials: readonly StrengthTrial[], target: number): StrengthTrial | null {
  const miss = ({ kl }: StrengthTrial): number => Math.abs(Math.log(kl / target));
  return trials.reduce<StrengthTrial | null>(
    (best, trial) => (best === null || miss(trial) < miss(best) ? trial : best),
    null,
  );
}

/** The tries next to the target, and how far between them it lies on the scale of log KL, kept away from both ends. */
function around(trials: readonly StrengthTrial[], target: number) {
  const below = trials.filter(({ kl }) => kl <= target).sort((a, b) => b.strength - a.strength)[0];
  const above = trials.filter(({ kl }) => kl > target).sort((a, b) => a.strength - b.strength)[0];
  const share = below && above && below.kl > 0 ? Math.log(target / below.kl) / Math.log(above.kl / below.kl) : 0.5;
  return { below, above, share: Math.min(0.9, Math.max(0.1, share)) };
}

/** A bound between the tries on both sides of the target, or a step beyond the last on the side where it lies. */
function nextBound(trials: readonly StrengthTrial[], target: number): number {
  const { below, above, share } = around(trials, target);
  if (below && above) return below.strength + (above.strength - below.strength) * share;
  if (below) return Math.min(MAX_STRENGTH, below.strength + BOUND_STEP);
  return above ? Math.max(-MAX_STRENGTH, above.strength - BOUND_STEP) : FIRST_BOUND;
}

/** The same of a length. */
function nextLength(trials: readonly StrengthTrial[], target: number): number {
  const { below, above, share } = around(trials, target);
  if (below && above) return below.strength * (above.strength / below.strength) ** share;
  const only = below ?? above;
  if (only === undefined) return FIRST_LENGTH;
  // A step too far costs one more try; a factor of four is as far as the square law is believed.
  const factor =
    only.kl > 0 && Number.isFinite(only.kl)
      ? Math.min(4, Math.max(1 / 4, Math.sqrt(target / only.kl)))
      : only.kl > 0
        ? 1 / 4
        : 4;
  return Math.min(MAX_STRENGTH, only.strength * factor);
}

function unmatched(target: number, best: StrengthTrial | null): AppError {
  const reached =
    best === null || !Number.isFinite(best.kl)
      ? ''
      : ` The closest was ${best.kl.toPrecision(3)} nats at a strength of ${best.strength.toPrecision(3)}.`;
  return new AppError(
    'push-invalid',
    `No strength up to ${MAX_STRENGTH} lengths of the stream has a KL of ${target} nats (95th percentile).${reached} Choose another KL or another layer.`,
    { target, reached: best === null || !Number.isFinite(best.kl) ? null : best.kl },
  );
}
