/**
 * How strong steering along a direction must be to change neutral text by a given KL: what makes two directions
 * comparable in an experiment.
 */
import { AppError } from '../base/errors.ts';
import type { Intervention } from '../steering/steering.ts';
import { significant } from '../base/round.ts';
import { type MatchSearch, matchStrengths } from '../steering/match-strength.ts';
import type { Subject } from './subject.ts';

/** A strength that was asked for: null where none was found; `reached` is the effect or KL of it, or the closest there was. */
export interface Strength {
  readonly strength: number | null;
  readonly reached: number | null;
}

/** Neutral texts that a subject reads of its own, and tokens of each. */
const NEUTRAL_TEXTS = 12;
const NEUTRAL_TOKENS = 40;

/** Tokens of so many readings of the neutral texts, or of the first `texts` of them: for estimates. */
export function matchTokens(readings: number, texts = NEUTRAL_TEXTS): number {
  return readings * texts * NEUTRAL_TOKENS;
}

/**
 * The strength at which the interventions, pooled (one, or a pole and its opposite), have a KL of `target` nats (95th percentile over
 * neutral
 * tokens, as everywhere), found on the first `texts` neutral texts, or on all. A direction that cannot be steered, or
 * does not come to that KL, has none.
 */
export async function strengthOfKl(
  subject: Pick<Subject, 'neutral'>,
  interventionsAt: (strength: number) => readonly Intervention[],
  target: number,
  signal?: AbortSignal,
  { texts, ...search }: MatchSearch & { readonly texts?: number } = {},
): Promise<Strength> {
  try {
    const [found] = await matchStrengths(
      { neutral: (intervention, stop) => subject.neutral(intervention, stop, texts) },
      'add',
      interventionsAt,
      [target],
      signal,
      search,
    );
    return found === undefined
      ? { strength: null, reached: null }
      : { strength: significant(found.strength), reached: significant(found.kl) };
  } catch (thrown) {
    const { code, details } = AppError.from(thrown);
    if (!BROKEN.includes(code)) throw thrown;
    return { strength: null, reached: typeof details['reached'] === 'number' ? significant(details['reached']) : null };
  }
}

/** Null where no steering of that direction or strength can be: what cannot be steered says so, and the others go on. */
export async function orBroken<T>(attempt: () => Promise<T | null>): Promise<T | null> {
  try {
    return await attempt();
  } catch (thrown) {
    if (BROKEN.includes(AppError.from(thrown).code)) return null;
    throw thrown;
  }
}

const BROKEN: readonly string[] = ['push-invalid', 'push-too-strong'];
