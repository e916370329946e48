/** What a sentence counts under the axis and under random directions, topic by topic: read from units. */
import { clusterResampled } from '../../stats/cluster-statistic.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { detectableBy } from '../../stats/power.ts';
import { type SignFlip, signFlip } from '../../stats/sign-flip.ts';
import { mean } from '../../stats/stats.ts';
import type { UnitResult } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { slopeMoments } from '../mixture/additivity.ts';
import { extentOf } from '../mixture/contexts.ts';
import { fitted, type Moments, momentsByShape, momentsOf, solved, summed } from '../mixture/fit.ts';
import { ACCOUNTS, evidenceOf } from '../mixture/models.ts';
import { readRows, type Row, type Table } from '../mixture/table.ts';
import { randomUnitsOf } from './plan.ts';
import type { EvidenceSpec } from './spec.ts';

/** Against random directions. */
export interface Beyond {
  /** How much more a sentence counts under steering along the axis, either way, than along random directions, as a share of γ. */
  readonly beyond: Estimate;
  readonly detectable: number;
  readonly flip: SignFlip;
  /** How much more it counts along random directions than under none, as a share of γ. */
  readonly random: Estimate;
  /** The same along the axis. */
  readonly axis: Estimate;
  /** Random directions that were measured in all topics. */
  readonly directions: number;
}

/** Null where the axis, or every random direction, was not measured. Throws `units-missing` and `unit-invalid`. */
export function beyondRandom(
  spec: EvidenceSpec,
  size: RunSize,
  table: Table,
  units: readonly UnitResult[],
): Beyond | null {
  const byDirection = randomRows(spec, size, units);
  if (!table.conditions.includes('plus') || byDirection.length === 0) return null;
  const { topics, conditions } = table;
  const [adding] = ACCOUNTS;
  const own = momentsByShape(adding, topics, conditions, ({ odds }) => odds);
  const shared = slopeMoments(
    adding,
    topics,
    ['none', 'plus', 'minus'],
    2 * extentOf(spec, size).beside,
    ({ odds }) => odds,
  );
  const random = adding.shape.grid.map((shape) =>
    byDirection.map((rows) =>
      rows.map((some) =>
        momentsOf(
          [some.map(({ signs }) => evidenceOf(adding, signs, shape))],
          some.map(({ odds }) => odds),
        ),
      ),
    ),
  );
  const slope = (moments: readonly Moments[], pick: ArrayLike<number>): number =>
    solved(summed(moments, pick))?.[0] ?? Number.NaN;
  /** What a sentence counts under nothing, along the axis and along random directions, at a shape. */
  const counts = (at: number, pick: ArrayLike<number>): readonly [none: number, axis: number, random: number] => {
    const [none = NaN, plus = NaN, minus = NaN] = (shared[at] ?? []).map((moments) => slope(moments, pick));
    return [none, (plus + minus) / 2, mean((random[at] ?? []).map((moments) => slope(moments, pick)))];
  };
  const found = clusterResampled(
    topics.length,
    (pick) => {
      const { at, coefficients } = fitted(adding, own, pick);
      const gamma = coefficients.at(-1) ?? NaN;
      const [none, axis, along] = counts(at, pick);
      return [(axis - along) / gamma, (along - none) / gamma, (axis - none) / gamma];
    },
    spec.draws,
    spec.seed,
    'topics',
  );
  const { at } = fitted(
    adding,
    own,
    topics.map((_, topic) => topic),
  );
  const nothing = { value: NaN, low: null, high: null, n: topics.length };
  return {
    beyond: found[0]?.estimate ?? nothing,
    detectable: detectableBy(found[0]?.standardError ?? NaN, topics.length - 1),
    flip: signFlip(
      topics.map((_, topic) => {
        const [, axis, along] = counts(at, [topic]);
        return axis - along;
      }),
      spec.permutations,
      spec.seed,
    ),
    random: found[1]?.estimate ?? nothing,
    axis: found[2]?.estimate ?? nothing,
    directions: byDirection.length,
  };
}

/** Rows `[directions][topics]`, of directions that were measured in every topic. */
function randomRows(
  spec: EvidenceSpec,
  size: RunSize,
  units: readonly UnitResult[],
): readonly (readonly (readonly Row[])[])[] {
  const planned = randomUnitsOf(spec, size).toSorted((a, b) => a.at - b.at);
  const read = readRows(spec, planned, units);
  return Array.from({ length: spec.random }, (_, direction) =>
    read.filter(({ unit }) => unit.direction === direction).map(({ rows }) => rows),
  ).filter((topics) => topics.every((rows) => rows.length > 0));
}
