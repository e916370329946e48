/** What an account is worth in topics that took no part in its fit. */
import { type Account } from './models.ts';
import {
  type ByShape,
  fitted,
  leftBy,
  momentsByShape,
  momentsOf,
  indicators,
  type Outcome,
  solved,
  summed,
} from './fit.ts';
import type { ConditionId } from './spec.ts';
import type { TopicRows } from './table.ts';

/** An account with its moments, and what it says of every topic from the others. */
export interface Judged {
  readonly account: Account;
  readonly moments: ByShape;
  /** Log-likelihood of each topic, in nats. */
  readonly logLik: readonly number[];
  /** Squares that are left in each topic. */
  readonly left: readonly number[];
}

/**
 * Fits γ, the shape, the conditions and a residual variance to all topics but one, and takes the Gaussian log-likelihood of that one;
 * topic by topic. No account says where a topic begins, so each topic's own mean is taken off what was found and what was said.
 */
export function heldOut(
  account: Account,
  topics: readonly TopicRows[],
  conditions: readonly ConditionId[],
  outcome: Outcome,
): Judged {
  const moments = momentsByShape(account, topics, conditions, outcome);
  const both = topics.map((_, topic) => {
    const { at, coefficients, variance } = fitted(account, moments, others(topics.length, topic));
    const own = moments[at]?.[topic];
    if (own === undefined) return { logLik: NaN, left: NaN };
    const left = leftBy(own, coefficients);
    return { logLik: -0.5 * (own.free * Math.log(2 * Math.PI * variance) + left / variance), left };
  });
  return { account, moments, logLik: both.map(({ logLik }) => logLik), left: both.map(({ left }) => left) };
}

/** Squares that are left in each topic by its conditions alone, fitted to the others: what no account of evidence leaves. */
export function leftWithoutEvidence(
  topics: readonly TopicRows[],
  conditions: readonly ConditionId[],
  outcome: Outcome,
): readonly number[] {
  const moments = topics.map(({ rows }) => momentsOf(indicators(rows, conditions), rows.map(outcome)));
  return moments.map((own, topic) => {
    const coefficients =
      conditions.length > 1 ? solved(summed(moments, others(topics.length, topic))) : new Float64Array(0);
    return coefficients === null ? NaN : leftBy(own, coefficients);
  });
}

function others(count: number, topic: number): number[] {
  return Array.from({ length: count }, (_, at) => at).filter((at) => at !== topic);
}

/** How far one account is above another in held-out log-likelihood, all topics together. */
export interface Above {
  /** Topic by topic, in nats. */
  readonly byTopic: readonly number[];
  readonly sum: number;
  /** Standard error of the sum: √topics times the standard deviation between topics (Vehtari, Gelman and Gabry 2017, eq. 24). */
  readonly standardError: number;
  /** sum / standardError. */
  readonly errors: number;
}

/** `a` less `b`. */
export function above(a: Judged, b: Judged): Above {
  const byTopic = a.logLik.map((value, topic) => value - (b.logLik[topic] ?? NaN));
  const n = byTopic.length;
  const sum = byTopic.reduce((total, value) => total + value, 0);
  const variance = byTopic.reduce((total, value) => total + (value - sum / n) ** 2, 0) / (n - 1);
  const standardError = Math.sqrt(n * variance);
  return { byTopic, sum, standardError, errors: sum === 0 ? 0 : sum / standardError };
}
