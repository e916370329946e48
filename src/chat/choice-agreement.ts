/**
 * How far a chat model's forced choices agree with a probe's: Cohen's kappa over single answers, with an interval over
 * topics, and how much its choice depends on which continuation stands first. Every pair is asked both ways round, so the probe points
 * at A in half of the questions, and chance agreement is 0.5 whatever the chat model's bias.
 */
import { clusterStatistics } from '../stats/cluster-statistic.ts';
import { cohenKappa } from '../stats/kappa.ts';
import type { Estimate } from '../stats/estimate.ts';
import type { Choice, ChoicePair } from './forced-choice.ts';

/** What a chat model chose for a pair, with its positive continuation as A and as B. */
export interface PairAnswers {
  readonly positiveFirst: Choice;
  readonly positiveSecond: Choice;
}

/** The results of the choices. Shares and kappa have topics as their units. */
export interface ChoiceAgreement {
  readonly pairs: number;
  /** Pairs with an answer that names neither letter: in none of the numbers. */
  readonly unreadable: number;
  /** Pairs whose two continuations the probe scores alike: in all numbers but those of the probe. */
  readonly tied: number;
  /** Share of answers that choose the positive continuation, as the set has it; 0.5 is chance. */
  readonly positive: Estimate;
  /** Share of answers that choose what stands first; 0.5 is no position bias. */
  readonly first: Estimate;
  /** Share of pairs in which the same continuation is chosen both ways round. */
  readonly consistent: Estimate;
  /** Share of answers that choose the continuation that the probe scores higher; null without a probe. */
  readonly agreed: Estimate | null;
  /** Cohen's kappa of the same; null without a probe. */
  readonly kappa: Estimate | null;
}

/** Resamples behind the intervals, and their seed. */
export interface AgreementOptions {
  readonly draws?: number;
  readonly seed?: number;
}

/** Answers of one topic. */
interface Counts {
  answers: number;
  first: number;
  positive: number;
  consistent: number;
  pairs: number;
  /** [what the probe points at first or second][what was chosen] */
  table: [[number, number], [number, number]];
}

/**
 * `answers` has one entry a pair. `scores`, the probe's by row as in {@link ChoicePair}, may be null: then nothing is said
 * about a probe.
 */
export function choiceAgreement(
  pairs: readonly ChoicePair[],
  answers: readonly PairAnswers[],
  scores: ArrayLike<number> | null,
  { draws = 2000, seed = 0 }: AgreementOptions = {},
): ChoiceAgreement {
  const topics = new Map<string, Counts>();
  let unreadable = 0;
  let tied = 0;
  pairs.forEach((pair, i) => {
    const { positiveFirst, positiveSecond } = answers[i] ?? { positiveFirst: null, positiveSecond: null };
    if (positiveFirst === null || positiveSecond === null) {
      unreadable += 1;
      return;
    }
    const counts = topics.get(pair.topic) ?? {
      answers: 0,
      first: 0,
      positive: 0,
      consistent: 0,
      pairs: 0,
      table: [
        [0, 0],
        [0, 0],
      ],
    };
    topics.set(pair.topic, counts);
    counts.pairs += 1;
    if (positiveFirst !== positiveSecond) counts.consistent += 1;
    const higher = scores === null ? 0 : Math.sign((scores[pair.positive] ?? NaN) - (scores[pair.negative] ?? NaN));
    if (scores !== null && !(Math.abs(higher) === 1)) tied += 1;
    for (const [choice, stands] of [
      [positiveFirst, 'A'],
      [positiveSecond, 'B'],
    ] as const) {
      counts.answers += 1;
      if (choice === 'A') counts.first += 1;
      if (choice === stands) counts.positive += 1;
      if (higher === 1 || higher === -1) {
        const probe = (higher === 1) === (stands === 'A') ? 0 : 1;
        counts.table[probe][choice === 'A' ? 0 : 1] += 1;
      }
    }
  });
  const all = [...topics.values()];
  const sum = (pick: Int32Array, of: (counts: Counts) => number): number =>
    pick.reduce((total, which) => total + (all[which] === undefined ? 0 : of(all[which])), 0);
  const tableOf = (pick: Int32Array): number[][] =>
    [0, 1].map((i) => [0, 1].map((j) => sum(pick, ({ table }) => table[i]?.[j] ?? 0)));
  const [positive, first, consistent, agreed, kappa] = clusterStatistics(
    all.length,
    (pick) => {
      const answered = sum(pick, (counts) => counts.answers);
      const table = tableOf(pick);
      const compared = table.flat().reduce((total, count) => total + count, 0);
      return [
        sum(pick, (counts) => counts.positive) / answered,
        sum(pick, (counts) => counts.first) / answered,
        sum(pick, (counts) => counts.consistent) / sum(pick, (counts) => counts.pairs),
        ((table[0]?.[0] ?? 0) + (table[1]?.[1] ?? 0)) / compared,
        cohenKappa(table),
      ];
    },
    draws,
    seed,
    'topics',
  );
  const none: Estimate = { value: NaN, low: null, high: null, n: all.length };
  return {
    pairs: pairs.length,
    unreadable,
    tied,
    positive: positive ?? none,
    first: first ?? none,
    consistent: consistent ?? none,
    agreed: scores === null ? null : (agreed ?? none),
    kappa: scores === null ? null : (kappa ?? none),
  };
}
