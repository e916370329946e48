/**
 * Ridge regression with a free intercept, after differences that must not count have been projected out.
 *
 * In standard units z the fit minimises sum c (y - w·z - b)^2/d + lambda |w|^2, d the width: the form of `smoother.ts`, solved
 * over features. Rows come in groups whose scatter is taken once, so that fits of other targets cost one factorisation.
 */
import { choleskyInPlace, choleskySolve } from '../../stats/linear/linalg.ts';
import { scatterOf, type StandardRows } from '../../stats/linear/standard-rows.ts';

/** Sums over some rows. */
interface Moments {
  /** Sum c zz'/d `[hidden, hidden]`. */
  readonly scatter: Float64Array;
  /** Sum c z `[hidden]`. */
  readonly sum: Float64Array;
  readonly weight: number;
}

/** Moments of the rows of each group. */
export function momentsOf(
  rows: StandardRows,
  weights: ArrayLike<number>,
  groups: readonly (readonly number[])[],
): readonly Moments[] {
  const { hidden, z } = rows;
  return groups.map((group) => {
    const own = new Float64Array(group.length * hidden);
    const sum = new Float64Array(hidden);
    let weight = 0;
    group.forEach((row, i) => {
      own.set(z.subarray(row * hidden, (row + 1) * hidden), i * hidden);
      const c = weights[row] ?? 0;
      weight += c;
      for (let f = 0; f < hidden; f += 1) sum[f] = (sum[f] ?? 0) + c * (z[row * hidden + f] ?? 0);
    });
    return {
      scatter: scatterOf(
        { ...rows, count: group.length, z: own },
        group.map((row) => weights[row] ?? 0),
      ),
      sum,
      weight,
    };
  });
}

/**
 * The direction `[hidden]` in standard units that tells groups with these targets apart, one target a group. Throws
 * `RangeError` where the system is not positive definite.
 */
export function ridgeOf(moments: readonly Moments[], targets: readonly number[], lambda: number): Float64Array {
  const hidden = moments[0]?.sum.length ?? 0;
  const weight = moments.reduce((sum, group) => sum + group.weight, 0);
  const center = new Float64Array(hidden);
  const product = new Float64Array(hidden);
  let target = 0;
  const system = new Float64Array(hidden * hidden);
  moments.forEach((group, g) => {
    const y = targets[g] ?? 0;
    target += (group.weight * y) / weight;
    for (let f = 0; f < hidden; f += 1) {
      center[f] = (center[f] ?? 0) + (group.sum[f] ?? 0) / weight;
      product[f] = (product[f] ?? 0) + y * (group.sum[f] ?? 0);
    }
    for (let i = 0; i < system.length; i += 1) system[i] = (system[i] ?? 0) + (group.scatter[i] ?? 0);
  });
  for (let a = 0; a < hidden; a += 1) {
    for (let b = 0; b < hidden; b += 1)
      system[a * hidden + b] = (system[a * hidden + b] ?? 0) - (weight * (center[a] ?? 0) * (center[b] ?? 0)) / hidden;
    system[a * hidden + a] = (system[a * hidden + a] ?? 0) + lambda;
  }
  const w = product.map((value, f) => (value - weight * target * (center[f] ?? 0)) / hidden);
  choleskyInPlace(system, hidden);
  choleskySolve(system, hidden, w);
  return w;
}

/**
 * Differences between two groups' means `[hidden]`, each of length 1 and at right angles to those before; a pair
 * without a group, or without a difference, gives none.
 */
export function differences(
  { z, hidden }: StandardRows,
  pairs: readonly { readonly plus: readonly number[]; readonly minus: readonly number[] }[],
): Float64Array[] {
  const out: Float64Array[] = [];
  for (const { plus, minus } of pairs) {
    if (plus.length === 0 || minus.length === 0) continue;
    const d = new Float64Array(hidden);
    for (const row of plus)
      for (let f = 0; f < hidden; f += 1) d[f] = (d[f] ?? 0) + (z[row * hidden + f] ?? 0) / plus.length;
    for (const row of minus)
      for (let f = 0; f < hidden; f += 1) d[f] = (d[f] ?? 0) - (z[row * hidden + f] ?? 0) / minus.length;
    for (const earlier of out) takeOff(d, 0, earlier);
    const length = Math.sqrt(d.reduce((sum, value) => sum + value * value, 0));
    if (length > 1e-6) out.push(d.map((value) => value / length));
  }
  return out;
}

/** The rows without what they have along these directions, which must be of length 1 and at right angles to each other. */
export function without(rows: StandardRows, directions: readonly Float64Array[]): StandardRows {
  const z = rows.z.slice();
  for (const direction of directions)
    for (let row = 0; row < rows.count; row += 1) takeOff(z, row * rows.hidden, direction);
  return { ...rows, z };
}

/** Takes the part along `direction` off the vector that begins at `from`. */
function takeOff(values: Float64Array, from: number, direction: Float64Array): void {
  let along = 0;
  for (let f = 0; f < direction.length; f += 1) along += (values[from + f] ?? 0) * (direction[f] ?? 0);
  for (let f = 0; f < direction.length; f += 1)
    values[from + f] = (values[from + f] ?? 0) - along * (direction[f] ?? 0);
}
