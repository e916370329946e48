/**
 * Antipodality over axes: -cos of how X and its opposite leave neutral, pooled (sums of products before the division, so that a pole at
 * noise does not explode), against pairs of X and the opposite of *another*, unrelated axis. Only what opposites have
 * beyond those pairs is about
 * being opposites: any two marked acts may leave neutral the same way.
 */
import { clusterStatistics } from '../../stats/cluster-statistic.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { betweenAxes, type Products } from './geometry.ts';
import type { AxisRow } from './rows.ts';

/** What the geometry of some axes says. */
export interface PooledGeometry {
  /** -cos(a, b): 1 exact opposites, 0 nothing in common, -1 the same way. */
  readonly antipodality: Estimate;
  /** The same of X with the opposites of unrelated axes. */
  readonly unrelated: Estimate;
  /** antipodality - unrelated. */
  readonly beyond: Estimate;
  /** |a + b| over |a - b|: what both share against what tells them apart. */
  readonly salience: Estimate;
}

/** Pooled over `rows` at the layer that is read, intervals over whole axes. */
export function pooledGeometry(
  rows: readonly AxisRow[],
  related: readonly (readonly string[])[],
  middle: number,
  hidden: number,
  draws: number,
  seed: number,
): PooledGeometry {
  const n = rows.length;
  const products = rows.map(({ geometry }) => geometry.products[middle] ?? NOTHING);
  const between = new Float64Array(n * n).fill(NaN);
  rows.forEach((x, i) =>
    rows.forEach((y, j) => {
      if (i !== j && !related.some((group) => group.includes(x.axis.id) && group.includes(y.axis.id)))
        between[i * n + j] = betweenAxes(x.geometry.vectors, y.geometry.vectors, hidden);
    }),
  );
  const statistics = (pick: Int32Array): readonly number[] => {
    const sum = (part: (of: Products) => number): number =>
      pick.reduce((total, i) => total + part(products[i] ?? NOTHING), 0) / pick.length;
    const own = sum((of) => of.own);
    const opposite = sum((of) => of.opposite);
    const across = sum((of) => of.across);
    const length = own > 0 && opposite > 0 ? Math.sqrt(own * opposite) : NaN;
    const antipodality = -across / length;
    const unrelated = -meanBetween(between, n, pick) / length;
    const apart = own - 2 * across + opposite;
    return [
      antipodality,
      unrelated,
      antipodality - unrelated,
      apart > 0 ? Math.sqrt(Math.max(0, own + 2 * across + opposite) / apart) : NaN,
    ];
  };
  const [antipodality, unrelated, beyond, salience] = clusterStatistics(n, statistics, draws, seed);
  const none: Estimate = { value: NaN, low: null, high: null, n };
  return {
    antipodality: antipodality ?? none,
    unrelated: unrelated ?? none,
    beyond: beyond ?? none,
    salience: salience ?? none,
  };
}

/**
 * -<a, b> of each axis in units of the mean squared length of its side of moral or not, one a row: like -cos, but a weak pole does not
 * explode it. NaN where the side's mean is not positive.
 */
export function antipodalityByAxis(rows: readonly AxisRow[], middle: number): number[] {
  const scale = (moral: number): number => {
    const side = rows.filter((row) => row.moral === moral).map(({ geometry }) => geometry.products[middle] ?? NOTHING);
    const own = side.reduce((sum, of) => sum + of.own, 0) / side.length;
    const opposite = side.reduce((sum, of) => sum + of.opposite, 0) / side.length;
    return own > 0 && opposite > 0 ? Math.sqrt(own * opposite) : NaN;
  };
  const scales = new Map([0.5, -0.5].map((moral) => [moral, scale(moral)]));
  return rows.map(({ moral, geometry }) => -(geometry.products[middle] ?? NOTHING).across / (scales.get(moral) ?? NaN));
}

const NOTHING: Products = { own: NaN, opposite: NaN, across: NaN };

/** Mean over pairs of different, unrelated axes of a resample. */
function meanBetween(between: Float64Array, n: number, pick: Int32Array): number {
  const often = new Float64Array(n);
  for (const i of pick) often[i] = (often[i] ?? 0) + 1;
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < n; i += 1) {
    if (often[i] === 0) continue;
    for (let j = 0; j < n; j += 1) {
      const value = between[i * n + j] ?? NaN;
      const weight = (often[i] ?? 0) * (often[j] ?? 0);
      if (weight === 0 || Number.isNaN(value)) continue;
      sum += weight * value;
      pairs += weight;
    }
  }
  return sum / pairs;
}
