/** What the rows of a run say, number by number, with intervals over topics. */
import { clusterStatistic, clusterStatistics } from '../../stats/cluster-statistic.ts';
import { clusterMean, clusterRatio } from '../../stats/effect.ts';
import type { RunSize } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { mean } from '../../stats/stats.ts';
import { type Interaction, interactionOf, INTERACTIONS, slopeMoments } from './additivity.ts';
import { extentOf } from './contexts.ts';
import { fitted, type Fitted, indicators, momentsOf, type Outcome, solved, summed } from './fit.ts';
import { above, type Above, heldOut, type Judged, leftWithoutEvidence } from './held-out.ts';
import { type Account, ACCOUNTS, evidenceOf } from './models.ts';
import { netOf } from './orders.ts';
import { type ConditionId, type MixtureSpec, mostSentences } from './spec.ts';
import type { Row, Table, TopicRows } from './table.ts';

/** More kind sentences than this balance nothing: what stands for never. */
export const NEVER = 1000;

/** A rival against the account of the claim. */
export interface Rivalry {
  readonly rival: Account;
  readonly above: Above;
}

/** Everything that is reported. */
export interface Numbers {
  readonly conditions: readonly ConditionId[];
  /** The account of the claim fitted to all topics. */
  readonly fit: Fitted;
  readonly gamma: Estimate;
  /** Shapes of all accounts. */
  readonly shapes: readonly { readonly account: Account; readonly estimate: Estimate }[];
  /** Share of what conditions leave that an account explains in held-out topics. */
  readonly explained: readonly { readonly account: Account; readonly estimate: Estimate }[];
  readonly rivalries: readonly Rivalry[];
  readonly interactions: readonly {
    readonly interaction: Interaction;
    readonly share: Estimate;
    readonly byTopic: readonly number[];
  }[];
  /** Kind sentences that balance the cruel frame, and steering. Null where that was not measured. */
  readonly crossings: { readonly frame: Estimate | null; readonly push: Estimate | null };
  /** Topic by topic: Λ behind the kind frame less behind the cruel one, and half of that under steering. */
  readonly frame: readonly number[];
  readonly push: readonly number[] | null;
  /** Topic by topic: Λ after all kind less after all cruel sentences, the most of them. */
  readonly extremes: readonly number[];
  /** Correlation of the last sentence with the balance a sentence, over all contexts without frame or steering; no model takes part. */
  readonly balance: number;
  /** What the last sentence is worth beyond what it adds as one of all, in nats. */
  readonly lastExtra: Estimate;
  /** The same rivals on readings at control texts. */
  readonly taps: { readonly rivalries: readonly Rivalry[]; readonly shape: number };
}

const odds: Outcome = (row) => row.odds;

/** Works everything out. */
export function numbersOf(spec: MixtureSpec, size: RunSize, table: Table): Numbers {
  const { topics, conditions } = table;
  const { draws, seed } = spec;
  const [adding, ...rivals] = ACCOUNTS;
  const judged = ACCOUNTS.map((account) => heldOut(account, topics, conditions, odds));
  const [own] = judged as [Judged, ...Judged[]];
  const slopes = slopeMoments(adding, topics, conditions, 2 * extentOf(spec, size).beside, odds);
  const interactions = INTERACTIONS.filter(({ weights }) =>
    Object.keys(weights).every((id) => conditions.some((one) => one === id)),
  );
  const all = topics.map((_, at) => at);
  const fit = fitted(adding, own.moments, all);
  const [gamma, alpha, frameCrossing, steeringCrossing, ...shares] = clusterStatistics(
    topics.length,
    (pick) => {
      const one = fitted(adding, own.moments, pick);
      const level = levels(one, conditions);
      const slope = one.coefficients.at(-1) ?? NaN;
      return [
        slope,
        one.shape,
        crossing(level('neutral') - level('cruel'), slope, one.shape),
        crossing((level('plus') - level('minus')) / 2, slope, one.shape),
        ...interactions.map(
          (interaction) => interactionOf(interaction, conditions, slopes[one.at] ?? [], pick) / slope,
        ),
      ];
    },
    draws,
    seed,
    'topics',
  );
  const without = leftWithoutEvidence(topics, conditions, odds);
  const measured = (id: ConditionId): boolean => conditions.includes(id);
  const byTopic = (of: (topic: TopicRows) => number): number[] => topics.map(of);
  const plain = topics.map(({ id, rows }) => ({ id, rows: rows.filter(({ condition }) => condition === 'none') }));
  return {
    conditions,
    fit,
    gamma: gamma ?? nothing(topics.length),
    shapes: [
      { account: adding, estimate: alpha ?? nothing(topics.length) },
      ...judged.slice(1).map(({ account, moments }) => ({
        account,
        estimate: clusterStatistic(
          topics.length,
          (pick) => fitted(account, moments, pick).shape,
          draws,
          seed,
          'topics',
        ),
      })),
    ],
    explained: judged.map(({ account, left }) => ({
      account,
      estimate: clusterRatio(
        without.map((value, topic) => value - (left[topic] ?? NaN)),
        without,
        draws,
        seed,
        'topics',
      ),
    })),
    rivalries: rivals.map((rival, at) => ({ rival, above: above(own, judged[at + 1] ?? own) })),
    interactions: interactions.map((interaction, at) => ({
      interaction,
      share: shares[at] ?? nothing(topics.length),
      byTopic: all.map((topic) => interactionOf(interaction, conditions, slopes[fit.at] ?? [], [topic])),
    })),
    crossings: { frame: frameCrossing ?? null, push: measured('plus') ? (steeringCrossing ?? null) : null },
    frame: byTopic((topic) => meanIn(topic, 'kind') - meanIn(topic, 'cruel')),
    push: measured('plus') ? byTopic((topic) => (meanIn(topic, 'plus') - meanIn(topic, 'minus')) / 2) : null,
    extremes: byTopic((topic) => extreme(topic, mostSentences(spec)) - extreme(topic, -mostSentences(spec))),
    balance: balanceOf(plain.flatMap(({ rows }) => rows)),
    lastExtra: lastExtra(topics, conditions, adding, fit.shape, spec),
    taps: readoutsOf(plain),
  };
}

/** Where the condition's level lies, the first condition at 0. */
export function levels({ coefficients }: Fitted, conditions: readonly ConditionId[]): (id: ConditionId) => number {
  return (id) => (id === conditions[0] ? 0 : (coefficients[conditions.indexOf(id) - 1] ?? NaN));
}

/** N with γ · N · N^−α = shift: 0 where there is nothing to balance, NEVER where no number of sentences does. */
export function crossing(shift: number, gamma: number, alpha: number): number {
  if (Number.isNaN(shift) || Number.isNaN(gamma)) return NaN;
  if (shift <= 0) return 0;
  return gamma > 0 && alpha < 1 ? Math.min(NEVER, (shift / gamma) ** (1 / (1 - alpha))) : NEVER;
}

function meanIn({ rows }: TopicRows, id: ConditionId): number {
  return mean(rows.filter(({ condition }) => condition === id).map(odds));
}

/** Λ where all sentences say one thing, without frame or steering. */
function extreme({ rows }: TopicRows, net: number): number {
  return mean(
    rows
      .filter(({ condition, signs }) => condition === 'none' && signs.length === Math.abs(net) && netOf(signs) === net)
      .map(odds),
  );
}

/** Every order stands with its mirror, so both have a mean of 0. */
function balanceOf(rows: readonly Row[]): number {
  const told = rows
    .filter(({ signs }) => signs.length > 0)
    .map(({ signs }) => ({ last: signs.at(-1) ?? NaN, share: netOf(signs) / signs.length }));
  const sum = (of: (one: (typeof told)[number]) => number): number => told.reduce((total, one) => total + of(one), 0);
  return (
    sum(({ last, share }) => last * share) /
    Math.sqrt(sum(({ last }) => last * last) * sum(({ share }) => share * share))
  );
}

function lastExtra(
  topics: readonly TopicRows[],
  conditions: readonly ConditionId[],
  account: Account,
  shape: number,
  { draws, seed }: MixtureSpec,
): Estimate {
  const moments = topics.map(({ rows }) =>
    momentsOf(
      [
        ...indicators(rows, conditions),
        rows.map(({ signs }) => evidenceOf(account, signs, shape)),
        rows.map(({ signs }) => signs.at(-1) ?? 0),
      ],
      rows.map(odds),
    ),
  );
  return clusterStatistic(topics.length, (pick) => solved(summed(moments, pick))?.at(-1) ?? NaN, draws, seed, 'topics');
}

function readoutsOf(plain: readonly TopicRows[]): Numbers['taps'] {
  const [adding, ...rivals] = ACCOUNTS;
  const readout: Outcome = (row) => row.readout ?? NaN;
  const own = heldOut(adding, plain, ['none'], readout);
  return {
    shape: fitted(
      adding,
      own.moments,
      plain.map((_, at) => at),
    ).shape,
    rivalries: rivals.map((rival) => ({ rival, above: above(own, heldOut(rival, plain, ['none'], readout)) })),
  };
}

/** The mean of one number a topic. */
export function meanOver({ draws, seed }: MixtureSpec, values: readonly number[]): Estimate {
  return clusterMean(values, draws, seed);
}

function nothing(n: number): Estimate {
  return { value: NaN, low: null, high: null, n };
}
