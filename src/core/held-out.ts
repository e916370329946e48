/**
 * Leave-one-topic-out scores. Every held-out score is linear in the labels, so each fold is solved once and then
 * applied to the true labels and to all shuffled ones: score = k' (K/d + lambda I)^-1 y.
 */
import { type FitMethod, rowWeights } from './fit.ts';
import { foldUnits, keptRows, type LayerRows, standardise } from './layer-rows.ts';
import { gramOf, productTransposed } from './linalg.ts';
import { dualSystem, primalSystem } from './ridge-system.ts';

/**
 * Scores of the rows of both poles when their topic was left out, for several labellings at once.
 * `topics` gives the topic of each of the layer's rows (negative: never held out, e.g. neutral stories); all rows of a
 * topic leave together. `labelings` are `[rows]` each and must be 0 in the same places. Returns, for each labelling, `[rows]` with
 * NaN for rows that are not scored (label 0).
 *
 * Scores are those of the fold's own standard units, not rescaled between folds.
 */
export function heldOutScores(layer: LayerRows, topics: ArrayLike<number>, labelings: readonly ArrayLike<number>[], method: FitMethod): Float64Array[] {
  const { count } = layer;
  const first = labelings[0] ?? [];
  const out = labelings.map(() => new Float64Array(count).fill(NaN));
  const folds = new Map<number, number[]>();
  for (let row = 0; row < count; row += 1) {
    const topic = topics[row] ?? -1;
    if (topic >= 0) folds.set(topic, [...(folds.get(topic) ?? []), row]);
  }
  for (const heldOut of folds.values()) {
    const scored = heldOut.filter((row) => (first[row] ?? 0) !== 0);
    const kept = keptRows(count, heldOut);
    const teaching = kept.filter((row) => (first[row] ?? 0) !== 0);
    if (scored.length === 0) continue;
    const operator = foldOperator(layer, { heldOut, kept, scored, teaching }, method);
    labelings.forEach((labels, which) => {
      const weights = rowWeights(method, labels, kept);
      const scores = out[which];
      scored.forEach((row, i) => {
        let score = 0;
        for (let j = 0; j < teaching.length; j += 1) score += (operator[i * teaching.length + j] ?? 0) * (weights[teaching[j] ?? 0] ?? 0);
        if (scores !== undefined) scores[row] = score;
      });
    });
  }
  return out;
}

/** The rows of a layer in one fold. */
interface Fold {
  readonly heldOut: readonly number[];
  readonly kept: readonly number[];
  /** Labelled rows among `heldOut`. */
  readonly scored: readonly number[];
  /** Labelled rows among `kept`. */
  readonly teaching: readonly number[];
}

/** M `[scored, teaching]` with held-out scores = M (row weights): what each labelled training row adds to each held-out score. */
function foldOperator(layer: LayerRows, fold: Fold, method: FitMethod): Float64Array {
  const { count, hidden } = layer;
  const { heldOut, kept, scored, teaching } = fold;
  const units = foldUnits(layer, heldOut);
  const z = standardise(layer, units);
  if (method.kind === 'difference-of-means') return productTransposed(pick(z, scored, hidden), scored.length, pick(z, teaching, hidden), teaching.length, hidden);
  if (layer.scatter !== undefined) {
    const system = primalSystem(layer, layer.scatter, heldOut, units, method.lambda);
    const solved = pick(z, scored, hidden);
    for (let i = 0; i < scored.length; i += 1) system.solve(solved.subarray(i * hidden, (i + 1) * hidden));
    return productTransposed(solved, scored.length, pick(z, teaching, hidden), teaching.length, hidden);
  }
  const kernel = gramOf(z, count, hidden);
  const system = dualSystem(kernel, count, hidden, kept, method.lambda);
  const position = new Int32Array(count).fill(-1);
  kept.forEach((row, i) => (position[row] = i));
  const out = new Float64Array(scored.length * teaching.length);
  scored.forEach((row, i) => {
    const column = Float64Array.from(kept, (other) => kernel[row * count + other] ?? 0);
    system.solve(column);
    teaching.forEach((other, j) => (out[i * teaching.length + j] = column[position[other] ?? 0] ?? 0));
  });
  return out;
}

/** Copies the chosen rows of `[*, width]` next to each other. */
function pick(matrix: Float64Array, rows: readonly number[], width: number): Float64Array {
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => out.set(matrix.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
