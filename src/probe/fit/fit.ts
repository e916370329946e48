/**
 * Fitting a direction at one layer. All methods are one weighted least-squares fit w = Z'a/d, a = (K + lambda C^-1)^-1 y, in
 * standard units, and differ in lambda and targets:
 *
 *   ridge                lambda as given
 *   difference of means  lambda -> infinity: a is proportional to y, so w = mean(z | +) - mean(z | -)
 *   LDA                  w = ((1 - g) S_w + g I)^-1 (mean+ - mean-), S_w the covariance within poles, I its target in standard
 *                        units; for balanced poles the same direction as ridge with lambda = g/(1 - g) n/d, because S_w and
 *                        the total covariance differ by a multiple of the difference's own outer product (Sherman-Morrison;
 *                        Hastie, Tibshirani and Friedman 2009, exercise 4.2)
 *   logistic             iteratively reweighted least squares, see `logistic.ts`
 *
 * Targets are +1, -1 and, with `zeroed` and `hardened`, 0 for neutral rows. The intercept is not penalised (`smoother.ts`).
 */
import { project } from './calibrate.ts';
import type { LeftOutFit } from './leave-out.ts';
import { fitLogistic } from './logistic.ts';
import type { FitMethod } from '../probe-types.ts';
import { type Design, type PreparedLayer, smootherOf, smootherParts, withWeights } from './smoother.ts';
import { inStreamUnits, inUnitsOf, standardRows, type StandardRows } from '../../stats/linear/standard-rows.ts';

/** Stands for infinity: directions differ from the limit by a millionth. */
const ENDLESS = 1e6;

/**
 * Prepares the rows `select` of `readings` `[*, hidden]`, in units of their own; `primal` picks the form of the system,
 * by default the smaller.
 */
export function prepareLayer(
  readings: Float32Array,
  hidden: number,
  select: readonly number[],
  design: Design,
  primal?: boolean,
): PreparedLayer {
  const own = new Float32Array(select.length * hidden);
  select.forEach((row, i) => own.set(readings.subarray(row * hidden, (row + 1) * hidden), i * hidden));
  const rows = standardRows(own, hidden);
  return { rows, design, parts: smootherParts(rows, design.weights, primal) };
}

/** The same rows, in the same units, with other targets and weights. */
export function redesign({ rows, parts }: PreparedLayer, design: Design): PreparedLayer {
  return { rows, design, parts: withWeights(parts, design.weights) };
}

/** The penalty of the least-squares fit that a method is; for logistic regression that of its first step, from which its null is drawn. */
export function ridgePenalty(method: FitMethod, rows: Pick<StandardRows, 'count' | 'hidden'>): number {
  switch (method.kind) {
    case 'ridge':
      return method.penalty;
    case 'difference-of-means':
      return ENDLESS;
    case 'lda':
      return (method.penalty / (1 - method.penalty)) * (rows.count / rows.hidden);
    case 'logistic':
      return 4 * method.penalty;
  }
}

/** Fits a prepared layer. */
export function fitLayer(layer: PreparedLayer, method: FitMethod): LeftOutFit {
  if (method.kind === 'logistic') return fitLogistic(layer, method.penalty);
  const smoother = smootherOf(layer.parts, ridgePenalty(method, layer.rows));
  const { targets } = layer.design;
  return { smoother, targets, coefficients: smoother.coefficients(targets) };
}

/** The fitted direction in standard units, w = Z'a/d `[hidden]`: scores are w·z. */
export function standardDirection(
  { rows: { z, count, hidden } }: PreparedLayer,
  fit: Pick<LeftOutFit, 'coefficients'>,
): Float64Array {
  const w = new Float64Array(hidden);
  for (let i = 0; i < count; i += 1) {
    const weight = (fit.coefficients[i] ?? 0) / hidden;
    for (let f = 0; f < hidden; f += 1) w[f] = (w[f] ?? 0) + weight * (z[i * hidden + f] ?? 0);
  }
  return w;
}

/**
 * The fitted direction in the residual stream's own units `[hidden]` (so that w·h needs no standardising), of length 1;
 * the zero vector where the readings do not depend on the labels, as at layer 0.
 */
export function directionOf(layer: PreparedLayer, fit: Pick<LeftOutFit, 'coefficients'>): Float64Array {
  return inStreamUnits(layer.rows, standardDirection(layer, fit));
}

/** Scores w·z plus the intercept of readings `[n, hidden]`, in the units of the targets `[n]`: what held-out scores are comparable with. */
export function wholeScores(
  layer: PreparedLayer,
  fit: Pick<LeftOutFit, 'coefficients' | 'smoother'>,
  readings: Float32Array,
): Float64Array {
  const intercept = fit.smoother.bias * fit.coefficients.reduce((sum, value) => sum + value, 0);
  return project(inUnitsOf(layer.rows, readings), standardDirection(layer, fit)).map((along) => along + intercept);
}

/** The penalty of each method unless another is asked for. */
export const DEFAULT_PENALTY: Readonly<Record<FitMethod['kind'], number>> = {
  ridge: 1,
  logistic: 0.3,
  lda: 0.85,
  'difference-of-means': 0,
};

/** The penalties that a nested choice may take, by kind. */
export const PENALTIES: Readonly<Record<FitMethod['kind'], readonly number[]>> = {
  ridge: [0.3, 1, 3],
  logistic: [0.03, 0.1, 0.3, 1],
  lda: [0.3, 0.6, 0.85, 0.95],
  'difference-of-means': [0],
};
