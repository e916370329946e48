/** The linear system behind ridge regression, for one fold, in the cheaper of its two equal forms. */
import type { FoldUnits, LayerRows } from './layer-rows.ts';
import { choleskyInPlace, choleskySolve } from './linalg.ts';

/** A solver for the ridge system of one fold, in the cheaper of its two forms. */
export interface RidgeSystem {
  /** Replaces a right-hand side `[size]` by the solution. */
  readonly solve: (rightHandSide: Float64Array) => void;
  /** `primal`: the system is over features; `dual`: over the rows that stay, in their order. */
  readonly form: 'primal' | 'dual';
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
