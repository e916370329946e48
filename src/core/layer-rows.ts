/**
 * One layer's training rows, prepared so that the statistics of every fold follow from sums over all rows and over the
 * few that leave. Standard units differ from fold to fold; nothing here depends on labels.
 */
import { gramOf, transpose } from './linalg.ts';

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

/** The rows of `[0, count)` that are not in `heldOut`. */
export function keptRows(count: number, heldOut: readonly number[]): number[] {
  const leaves = new Uint8Array(count);
  for (const row of heldOut) leaves[row] = 1;
  return Array.from({ length: count }, (_, i) => i).filter((i) => leaves[i] === 0);
}
