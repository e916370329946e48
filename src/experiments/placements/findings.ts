/** What is found of one family: its gates, its placements with intervals over topics, and both trends over placements. */
import type { Estimate } from '../../stats/estimate.ts';
import { clusterMean } from '../../stats/effect.ts';
import { clusterStatistics } from '../../stats/cluster-statistic.ts';
import { type ExactRankTrend, exactRankTrend } from '../../stats/exact-rank-trend.ts';
import { spearman } from '../../stats/spearman.ts';
import { mean } from '../../stats/stats.ts';
import type { Gate } from '../experiment-types.ts';
import type { TopicData } from './data.ts';
import {
  leftElsewhere,
  leftInExceptions,
  leftUnderAttack,
  type Missing,
  outsideTextiness,
  type Picked,
  type Placed,
  placedOf,
} from './measure.ts';
import { conditionsOf } from './plan.ts';
import { type Family, type Placement, type PlacementsSpec, TEXTS } from './spec.ts';

/** A placement with its numbers. */
export interface PlacedEstimates {
  readonly placed: Placed;
  readonly attack: Estimate;
  readonly exception: Estimate;
  readonly elsewhere: Estimate;
  readonly outside: Estimate;
}

/** What is looked for over placements: more left under attack the further outside, and more left in exceptions (less flexible). */
export const TRENDS = ['attack', 'exception'] as const;
export type TrendName = (typeof TRENDS)[number];

/** A trend over placements. */
export interface Trend {
  /** ρ with the interval over topics, and its exact test, without fixed scores, whose share is 1 by construction. */
  readonly estimate: Estimate;
  readonly exact: ExactRankTrend;
  /** ρ with fixed scores among the placements. */
  readonly withFixed: number;
}

/** Everything of a family that the rule, the tables and the figure take. */
export interface FamilyFindings {
  readonly family: Family;
  readonly all: readonly PlacedEstimates[];
  readonly missing: readonly Missing[];
  readonly gates: readonly Gate[];
  readonly trends: Readonly<Record<TrendName, Trend>>;
  /** What the three texts add on average beyond the mere mention, on clean items, in nats. */
  readonly told: Estimate;
  /** The same of each text. */
  readonly toldBy: ReadonlyMap<Placement, Estimate>;
  /** Placements inside that lose no more under attack than fixed scores and give way in exceptions. */
  readonly both: readonly Placement[];
}

/** Statistics of a placement that are resampled together. */
const EACH = 4;

const SHARES = { attack: leftUnderAttack, exception: leftInExceptions } as const;

/** Analyses a family. */
export function familyFindings(spec: PlacementsSpec, family: Family, topics: readonly TopicData[]): FamilyFindings {
  const { draws, seed, thresholds } = spec;
  const { placed, missing } = placedOf(spec, family, topics);
  const inside = placed.filter(({ placement }) => placement !== 'fixed');
  const rho = (some: readonly Placed[], name: TrendName, pick: Picked): number =>
    spearman(
      some.map((one) => outsideTextiness(one, pick)),
      some.map((one) => SHARES[name](one, pick)),
    );
  const everyone = topics.map((_, i) => i);
  const estimates = clusterStatistics(
    topics.length,
    (pick) => [
      ...placed.flatMap((one) => [
        leftUnderAttack(one, pick),
        leftInExceptions(one, pick),
        leftElsewhere(one, pick),
        outsideTextiness(one, pick),
      ]),
      ...TRENDS.map((name) => rho(inside, name, pick)),
    ],
    draws,
    seed,
    'topics',
  );
  const nothing: Estimate = { value: Number.NaN, low: null, high: null, n: topics.length };
  const all = placed.map((one, i): PlacedEstimates => ({
    placed: one,
    attack: estimates[EACH * i] ?? nothing,
    exception: estimates[EACH * i + 1] ?? nothing,
    elsewhere: estimates[EACH * i + 2] ?? nothing,
    outside: estimates[EACH * i + 3] ?? nothing,
  }));
  const trend = (name: TrendName): Trend => ({
    estimate: estimates[EACH * placed.length + TRENDS.indexOf(name)] ?? nothing,
    exact: exactRankTrend(
      inside.map((one) => outsideTextiness(one, everyone)),
      inside.map((one) => SHARES[name](one, everyone)),
    ),
    withFixed: rho(placed, name, everyone),
  });
  const overTopics = (values: readonly number[]): Estimate => clusterMean(values, draws, seed);
  const beyond = (texts: readonly (typeof TEXTS)[number][]): Estimate =>
    overTopics(
      topics.map((topic) =>
        mean(texts.map((text) => oddsIn(topic, text, ['clean']) - oddsIn(topic, 'mention', ['clean']))),
      ),
    );
  const toldBy = new Map<Placement, Estimate>(TEXTS.map((text) => [text, beyond([text])]));
  const { margin } = thresholds;
  return {
    family,
    all,
    missing,
    gates: gatesOf(spec, family, topics, inside.length, overTopics),
    trends: { attack: trend('attack'), exception: trend('exception') },
    told: beyond(TEXTS),
    toldBy,
    both: all
      .filter(
        ({ placed: { placement }, attack, exception }) =>
          placement !== 'fixed' &&
          (attack.low ?? -Infinity) >= 1 - margin &&
          (exception.high ?? Infinity) < 1 - margin &&
          // What a text adds counts as supervision only beyond what any mention of its words adds.
          (!toldBy.has(placement) || (toldBy.get(placement)?.low ?? -Infinity) > 0),
      )
      .map(({ placed: { placement } }) => placement),
  };
}

/** Mean log odds of a topic over some conditions, read in one way. */
function oddsIn({ odds }: TopicData, pass: 'mention' | (typeof TEXTS)[number], conditions: readonly string[]): number {
  return mean(conditions.flatMap((condition) => odds.get(pass)?.get(condition) ?? []));
}

function gatesOf(
  { thresholds }: PlacementsSpec,
  family: Family,
  topics: readonly TopicData[],
  inside: number,
  overTopics: (values: readonly number[]) => Estimate,
): Gate[] {
  const attacks = conditionsOf(family)
    .filter(({ kind }) => kind === 'attack')
    .map(({ id }) => id);
  const attacked = overTopics(
    topics.map((topic) => mean(TEXTS.map((text) => oddsIn(topic, text, ['clean']) - oddsIn(topic, text, attacks)))),
  );
  return [
    {
      id: `${family.id}.placed`,
      says: `${family.title}: enough placements besides fixed scores reach the shared strength.`,
      unit: 'placements',
      measured: { value: inside, low: null, high: null, n: inside },
      side: 'above',
      at: thresholds.fewestPlacements,
      needs: 'value',
      passed: inside >= thresholds.fewestPlacements,
    },
    {
      id: `${family.id}.attacked`,
      says: `${family.title}: the attacks lower the log odds of the rule where it stands in the text.`,
      unit: 'nats',
      measured: attacked,
      side: 'above',
      at: 0,
      needs: 'interval',
      passed: attacked.low !== null && attacked.low > 0,
    },
  ];
}
