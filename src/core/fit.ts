/**
 * Fitting a direction at one layer: difference of means, ridge and zeroed ridge.
 *
 * Features are standardised with the training rows' own mean and population standard deviation + 1e-6: z = (h - m)/s.
 *   difference of means   w = mean(z | +1) - mean(z | -1)
 *   ridge                 w = Z'(ZZ'/d + lambda I)^-1 y = (Z'Z/d + lambda I)^-1 Z'y, rows of the poles, y = +-1
 *   zeroed ridge          the same with the neutral rows too, y = 0
 * The two forms of ridge are equal; the smaller system is solved. Centring y changes nothing, because the columns
 * of Z sum to zero. The surprising fact: standard units differ from fold to fold, so no Gram matrix can be shared between folds.
 */
import { choleskyInPlace, choleskySolve, gramOf, transpose } from './linalg.ts';
import type { Probe } from './probe-types.ts';

export type FitMethod = Probe['method'];

/** Whether a method learns from zero-labelled rows. */
export function usesNeutralRows(method: FitMethod): boolean {
  return method.kind === 'zeroed-ridge';
}

/** One layer's rows, centred once, with the sums from which every fold's statistics follow. */
export interface LayerRows {
  readonly count: number;
  readonly hidden: number;
  /** Rows minus their common mean, float64 `[count, hidden]`: keeps sums of squares free of cancellation. */
  readonly centred: Float64Array;
  /** That common mean `[hidden]`. */
  readonly origin: Float64Array;
  /** Sum over rows of the squares of `centred` `[hidden]`. */
  readonly squares: Float64Array;
  /** `centred`' `centred` `[hidden, hidden]`, for the primal form of ridge; absent for the dual one. */
  readonly scatter: Float64Array | undefined;
}

/**
 * Prepares the rows `select` of `residuals` `[rows, hidden]`. `primal` picks the form of ridge; by default the one with
 * fewer multiplications a fold (d^3/6 against n^2 d/2 + n^3/6, which cross near n = 0.53 d). Difference of means ignores it: pass false.
 */
export function prepareLayer(residuals: Float32Array, hidden: number, select: readonly number[], primal = select.length > 0.53 * hidden): LayerRows {
  const count = select.length;
  const centred = new Float64Array(count * hidden);
  const origin = new Float64Array(hidden);
  const squares = new Float64Array(hidden);
  select.forEach((row, i) => {
    for (let f = 0; f < hidden; f += 1) {
      const value = residuals[row * hidden + f] ?? NaN;
      centred[i * hidden + f] = value;
      origin[f] = (origin[f] ?? 0) + value;
    }
  });
  for (let f = 0; f < hidden; f += 1) origin[f] = (origin[f] ?? 0) / count;
  for (let i = 0; i < count; i += 1) {
    for (let f = 0; f < hidden; f += 1) {
      const value = (centred[i * hidden + f] ?? 0) - (origin[f] ?? 0);
      centred[i * hidden + f] = value;
      squares[f] = (squares[f] ?? 0) + value * value;
    }
  }
  const scatter = primal ? gramOf(transpose(centred, count, hidden), hidden, count) : undefined;
  return { count, hidden, centred, origin, squares, scatter };
}

/** Mean and inverse scale of every feature over the rows of a fold, in centred units. */
export interface FoldUnits {
  readonly trained: number;
  readonly mean: Float64Array;
  readonly inverse: Float64Array;
}

/** The units of the fold that leaves out the rows `heldOut` (indices into the layer's rows). */
export function foldUnits(layer: LayerRows, heldOut: readonly number[]): FoldUnits {
  const { hidden, centred } = layer;
  const trained = layer.count - heldOut.length;
  const mean = new Float64Array(hidden);
  const inverse = new Float64Array(hidden);
  for (let f = 0; f < hidden; f += 1) {
    let sum = 0;
    let squares = layer.squares[f] ?? 0;
    for (const row of heldOut) {
      const value = centred[row * hidden + f] ?? 0;
      // The centred rows sum to zero over all, so the rows that stay sum to minus those that leave.
      sum -= value;
      squares -= value * value;
    }
    const centre = sum / trained;
    mean[f] = centre;
    inverse[f] = 1 / (Math.sqrt(Math.max(0, squares / trained - centre * centre)) + 1e-6);
  }
  return { trained, mean, inverse };
}

/** A solver for the ridge system of one fold, in the cheaper of its two forms. */
export interface RidgeSystem {
  /** Replaces a right-hand side `[size]` by the solution. */
  readonly solve: (rightHandSide: Float64Array) => void;
  /** `primal`: the system is over features; `dual`: over the rows that stay, in their order. */
  readonly form: 'primal' | 'dual';
}

/** Z of all rows of the layer in the fold's units `[count, hidden]`; held-out rows included, so that they can be scored. */
export function standardise(layer: LayerRows, units: FoldUnits): Float64Array {
  const { count, hidden, centred } = layer;
  const out = new Float64Array(count * hidden);
  for (let i = 0; i < count; i += 1) {
    const start = i * hidden;
    for (let f = 0; f < hidden; f += 1) out[start + f] = ((centred[start + f] ?? 0) - (units.mean[f] ?? 0)) * (units.inverse[f] ?? 0);
  }
  return out;
}

/** Factorises Z'Z/d + lambda I over the rows that stay, without forming Z: the scatter matrix is lowered by what leaves. */
export function primalSystem(layer: LayerRows, scatter: Float64Array, heldOut: readonly number[], units: FoldUnits, lambda: number): RidgeSystem {
  const { hidden, centred } = layer;
  const a = new Float64Array(hidden * hidden);
  const leaving = heldOut.length;
  // Column-major copy of what leaves and the fold's mean, so that the inner loop is a short dot product.
  const columns = new Float64Array(hidden * leaving);
  heldOut.forEach((row, r) => {
    for (let f = 0; f < hidden; f += 1) columns[f * leaving + r] = centred[row * hidden + f] ?? 0;
  });
  for (let i = 0; i < hidden; i += 1) {
    const meanI = units.trained * (units.mean[i] ?? 0);
    const unitI = (units.inverse[i] ?? 0) / hidden;
    for (let j = 0; j <= i; j += 1) {
      let sum = (scatter[i * hidden + j] ?? 0) - meanI * (units.mean[j] ?? 0);
      for (let r = 0; r < leaving; r += 1) sum -= (columns[i * leaving + r] ?? 0) * (columns[j * leaving + r] ?? 0);
      a[i * hidden + j] = sum * unitI * (units.inverse[j] ?? 0);
    }
    a[i * hidden + i] = (a[i * hidden + i] ?? 0) + lambda;
  }
  choleskyInPlace(a, hidden);
  return { form: 'primal', solve: (b) => choleskySolve(a, hidden, b) };
}

/** Factorises K/d + lambda I over the rows that stay, where `kernel` `[count, count]` = ZZ' over all rows. */
export function dualSystem(kernel: Float64Array, count: number, hidden: number, kept: readonly number[], lambda: number): RidgeSystem {
  const n = kept.length;
  const a = new Float64Array(n * n);
  kept.forEach((rowI, i) => {
    for (let j = 0; j <= i; j += 1) a[i * n + j] = (kernel[rowI * count + (kept[j] ?? 0)] ?? 0) / hidden;
    a[i * n + i] = (a[i * n + i] ?? 0) + lambda;
  });
  choleskyInPlace(a, n);
  return { form: 'dual', solve: (b) => choleskySolve(a, n, b) };
}

/** The rows of `[0, count)` that are not in `heldOut`. */
export function keptRows(count: number, heldOut: readonly number[]): number[] {
  const leaves = new Uint8Array(count);
  for (const row of heldOut) leaves[row] = 1;
  return Array.from({ length: count }, (_, i) => i).filter((i) => leaves[i] === 0);
}

/**
 * What every row adds to a direction: y for ridge; 1/n+ and -1/n- for the difference of means. `labels` are those of
 * the layer's rows; rows outside `kept` get 0.
 */
export function rowWeights(method: FitMethod, labels: ArrayLike<number>, kept: readonly number[]): Float64Array {
  const out = new Float64Array(labels.length);
  let positives = 0;
  let negatives = 0;
  for (const row of kept) {
    const label = labels[row] ?? 0;
    if (label > 0) positives += 1;
    else if (label < 0) negatives += 1;
  }
  const ridge = method.kind !== 'difference-of-means';
  for (const row of kept) {
    const label = labels[row] ?? 0;
    if (label > 0) out[row] = ridge ? 1 : 1 / positives;
    else if (label < 0) out[row] = ridge ? -1 : -1 / negatives;
  }
  return out;
}

/**
 * The direction fitted to the rows that stay, in the residual stream's own units `[hidden]` (so that w·h needs no
 * standardising) and of length 1; the zero vector where the readings do not depend on the labels at all, as at layer 0.
 */
export function fitDirection(layer: LayerRows, labels: ArrayLike<number>, method: FitMethod, heldOut: readonly number[] = []): Float64Array {
  const { count, hidden } = layer;
  const units = foldUnits(layer, heldOut);
  const z = standardise(layer, units);
  const kept = keptRows(count, heldOut);
  const weights = rowWeights(method, labels, kept);
  let w = new Float64Array(hidden);
  if (method.kind !== 'difference-of-means' && layer.scatter === undefined) {
    const solution = Float64Array.from(kept, (row) => weights[row] ?? 0);
    dualSystem(gramOf(z, count, hidden), count, hidden, kept, method.lambda).solve(solution);
    kept.forEach((row, i) => (weights[row] = solution[i] ?? 0));
    addWeightedRows(w, z, weights, kept);
  } else {
    addWeightedRows(w, z, weights, kept);
    if (layer.scatter !== undefined && method.kind !== 'difference-of-means') primalSystem(layer, layer.scatter, heldOut, units, method.lambda).solve(w);
  }
  if (spreadOf(w, z, hidden, kept) < NOTHING) return new Float64Array(hidden);
  w = w.map((value, f) => value * (units.inverse[f] ?? 0));
  let length = 0;
  for (const value of w) length += value * value;
  return w.map((value) => value / Math.sqrt(length));
}

/** Scores of a fitted probe spread by about 1 in standard units; where they spread by less than this there is only rounding. */
const NOTHING = 1e-6;

function addWeightedRows(out: Float64Array, z: Float64Array, weights: Float64Array, rows: readonly number[]): void {
  const hidden = out.length;
  for (const row of rows) {
    const weight = weights[row] ?? 0;
    if (weight === 0) continue;
    for (let f = 0; f < hidden; f += 1) out[f] = (out[f] ?? 0) + weight * (z[row * hidden + f] ?? 0);
  }
}

/** Root mean square of w·z over `rows`; the rows are centred, so this is their standard deviation. */
function spreadOf(w: Float64Array, z: Float64Array, hidden: number, rows: readonly number[]): number {
  let squares = 0;
  for (const row of rows) {
    let score = 0;
    for (let f = 0; f < hidden; f += 1) score += (w[f] ?? 0) * (z[row * hidden + f] ?? 0);
    squares += score * score;
  }
  return Math.sqrt(squares / rows.length);
}
