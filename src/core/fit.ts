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
import { foldUnits, keptRows, type LayerRows, standardise } from './layer-rows.ts';
import { gramOf } from './linalg.ts';
import type { Probe } from './probe-types.ts';
import { dualSystem, primalSystem } from './ridge-system.ts';

export type FitMethod = Probe['method'];

/** Whether a method learns from zero-labelled rows. */
export function usesNeutralRows(method: FitMethod): boolean {
  return method.kind === 'zeroed-ridge';
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
