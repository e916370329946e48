/**
 * Whether evidence counts alike under every frame and steering: the slope of the odds along the evidence, condition by
 * condition, on the orders that all conditions share.
 */
import { type Account, evidenceOf } from './models.ts';
import { type Moments, momentsOf, type Outcome, solved, summed } from './fit.ts';
import type { ConditionId } from './spec.ts';
import type { TopicRows } from './table.ts';

/** A planned interaction: slopes of conditions, weighted. */
export interface Interaction {
  readonly id: string;
  readonly says: string;
  /** Where evidence counts for more or less, to follow a number: "… behind the kind frame than behind the cruel one". */
  readonly where: string;
  readonly weights: Readonly<Partial<Record<ConditionId, number>>>;
}

/** All of them; where a condition was not measured, those with it are left out. */
export const INTERACTIONS: readonly Interaction[] = [
  {
    id: 'frame-evidence',
    says: 'Frame × evidence: half of how much more a sentence counts behind the kind frame than behind the cruel one, as a share of γ',
    where: 'behind the kind frame than behind the cruel one, halved',
    weights: { kind: 0.5, cruel: -0.5 },
  },
  {
    id: 'framed-evidence',
    says: 'Any frame × evidence: how much more a sentence counts behind either of them than behind the neutral one, as a share of γ',
    where: 'behind a kind or a cruel frame than behind the neutral one',
    weights: { kind: 0.5, cruel: 0.5, neutral: -1 },
  },
  {
    id: 'push-evidence',
    says: 'Steering × evidence: half of how much more a sentence counts under steering towards kind than under steering towards cruel, as a share of γ',
    where: 'under steering towards kind than under steering towards cruel, halved',
    weights: { plus: 0.5, minus: -0.5 },
  },
  {
    id: 'pushed-evidence',
    says: 'Any steering × evidence: how much more a sentence counts under either of them than under none, as a share of γ',
    where: 'under steering, either way, than under none',
    weights: { plus: 0.5, minus: 0.5, none: -1 },
  },
];

/** Where a sentence counts more, by the id of an interaction. */
export function whereOf(id: string): string {
  return INTERACTIONS.find((one) => one.id === id)?.where ?? id;
}

/** Moments of odds on evidence within a topic and a condition `[shapes][conditions][topics]`. */
export type SlopeMoments = readonly (readonly (readonly Moments[])[])[];

/** Of orders below `orders`, and of no evidence. */
export function slopeMoments(
  account: Account,
  topics: readonly TopicRows[],
  conditions: readonly ConditionId[],
  orders: number,
  outcome: Outcome,
): SlopeMoments {
  return account.shape.grid.map((shape) =>
    conditions.map((id) =>
      topics.map(({ rows }) => {
        const own = rows.filter(({ condition, order }) => condition === id && order < orders);
        return momentsOf([own.map(({ signs }) => evidenceOf(account, signs, shape))], own.map(outcome));
      }),
    ),
  );
}

/** The interaction over the topics of `pick`, in the unit of slopes; NaN where a slope is not determined. */
export function interactionOf(
  { weights }: Interaction,
  conditions: readonly ConditionId[],
  moments: readonly (readonly Moments[])[],
  pick: ArrayLike<number>,
): number {
  return conditions.reduce((sum, id, at) => {
    const weight = weights[id];
    return weight === undefined ? sum : sum + weight * (solved(summed(moments[at] ?? [], pick))?.[0] ?? NaN);
  }, 0);
}
