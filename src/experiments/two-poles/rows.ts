/** The axes with their gains, and intervals over axes and, within each, over contexts. */
import { createRng } from '../../base/rng.ts';
import { clusterStatistic, type Resampled } from '../../stats/cluster-statistic.ts';
import { FEWEST_UNITS, percentileEstimate, withoutInterval } from '../../stats/effect.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { standardDeviation } from '../../stats/stats.ts';
import type { UnitResult } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { unitOf } from '../unit-json.ts';
import { type Gains, gainsOf, meanGains } from './gains.ts';
import { contextsOf } from './plan.ts';
import { unitId } from './run.ts';
import type { AxisClass, PoleAxis, TwoPolesSpec } from './spec.ts';
import { type AxisData, axisDataFromJson } from './stored.ts';

/** An axis with everything that was measured of it. */
export interface AxisRow {
  readonly axis: PoleAxis;
  readonly data: AxisData;
  /** Gains of the topics, by context. */
  readonly contexts: readonly (readonly Gains[])[];
  /** Means over all topics. */
  readonly gains: Gains;
}

/** The rows in the order of the spec. Throws `units-missing` and `unit-invalid`. */
export function rowsOf(spec: TwoPolesSpec, size: RunSize, units: readonly UnitResult[]): AxisRow[] {
  return spec.axes.map((axis) => {
    const unit = unitOf(units, unitId(axis));
    const data = axisDataFromJson(unit.data, unit.id, contextsOf(spec, axis, size));
    const contexts = data.contexts.map(gainsOf);
    return { axis, data, contexts, gains: meanGains(contexts.flat()) };
  });
}

/** The rows of a class. */
export function ofClass(rows: readonly AxisRow[], kind: AxisClass): AxisRow[] {
  return rows.filter(({ axis }) => axis.kind === kind);
}

/**
 * A statistic of groups of axes, with its 95 % interval over resamples of whole axes within each group and of whole contexts
 * within each axis: topics asked after one context share it, so they are drawn together. n is the number of axes.
 */
export function overAxes(
  groups: readonly (readonly AxisRow[])[],
  statistic: (...groups: (readonly Gains[])[]) => number,
  draws: number,
  seed: number,
): Resampled {
  const value = statistic(...groups.map((rows) => rows.map(({ gains }) => gains)));
  const n = groups.reduce((sum, rows) => sum + rows.length, 0);
  const smallest = Math.min(...groups.map(({ length }) => length));
  if (smallest < FEWEST_UNITS) return { estimate: withoutInterval(value, n, 'items'), standardError: NaN };
  const rng = createRng(seed);
  const found: number[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    const drawn = groups.map((rows) =>
      rows.map(() => {
        const { contexts } = rows[rng.below(rows.length)] ?? { contexts: [] };
        return meanGains(contexts.flatMap(() => contexts[rng.below(contexts.length)] ?? []));
      }),
    );
    const one = statistic(...drawn);
    if (Number.isFinite(one)) found.push(one);
  }
  // Few axes of the smaller group set how far the percentiles are taken out.
  const { low, high } = percentileEstimate(value, found, smallest);
  return {
    estimate: { value, low, high, n },
    standardError: standardDeviation(found, 'sample') * Math.sqrt(smallest / (smallest - 1)),
  };
}

/** A statistic of one axis with its 95 % interval over topics, given the contexts that they were asked after. */
export function overTopics(
  { contexts }: AxisRow,
  statistic: (topics: readonly Gains[]) => number,
  draws: number,
  seed: number,
): Estimate {
  const topics = contexts.flat();
  return clusterStatistic(
    topics.length,
    (pick) => statistic([meanGains(topics.flatMap((_, i) => topics[pick[i] ?? -1] ?? []))]),
    draws,
    seed,
    'topics',
  );
}

/**
 * Two-sided p of a difference between two groups of axes: how often it comes out as large when the axes are dealt to the two
 * groups at random, (1 + those) / (1 + permutations).
 */
export function dealtP(
  one: readonly AxisRow[],
  other: readonly AxisRow[],
  statistic: (one: readonly Gains[], other: readonly Gains[]) => number,
  permutations: number,
  seed: number,
): number {
  const gains = [...one, ...other].map((row) => row.gains);
  const line = Math.abs(statistic(gains.slice(0, one.length), gains.slice(one.length)));
  if (!Number.isFinite(line)) return NaN;
  const rng = createRng(seed);
  let reached = 0;
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    const dealt = rng.shuffle([...gains]);
    const found = Math.abs(statistic(dealt.slice(0, one.length), dealt.slice(one.length)));
    // What has no number (no gain to take a share of) counts as reached: the test never gains by it.
    if (!(found < line - 1e-12)) reached += 1;
  }
  return (1 + reached) / (1 + permutations);
}
