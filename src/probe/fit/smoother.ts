/**
 * Weighted ridge regression as a linear smoother, from which every leave-out score follows without a second fit.
 *
 * With kernel K = ZZ'/d, row weights c and penalty lambda, the fit to targets y has coefficients a = By, B = (K + lambda C^-1)^-1,
 * and scores f(z) = k(z)'a. When a block S of rows leaves, its rows are scored
 *
 *     f_S = y_S - (B_SS)^-1 a_S
 *
 * The fit has an intercept, as if every row had one more feature, sqrt(b d), with b a thousand times lambda: its penalty is
 * then too small to matter, and centring on the rows that stay is part of leaving a unit out.
 *
 * The score above is exact (the block form of the leave-one-out identity; e.g. Hastie, Tibshirani and Friedman 2009, section 7.10;
 * Rifkin and Lippert 2007). It is computed in whichever form has the smaller
 * system: over rows, B = L^-T L^-1; over features (P = Z'CZ/d + lambda I = LL'), B = (C - C Z P^-1 Z'C/d)/lambda.
 */
import {
  choleskyInPlace,
  choleskySolve,
  forwardSolveRows,
  gramOf,
  productTransposed,
} from '../../stats/linear/linalg.ts';
import { kernelOf, scatterOf, type StandardRows } from '../../stats/linear/standard-rows.ts';

/** A factorised fit, ready for any targets. */
export interface Smoother {
  readonly count: number;
  /** b: the intercept of a fit is b times the sum of its coefficients. */
  readonly bias: number;
  /** B between rows `[a, b]`. */
  block(a: readonly number[], b: readonly number[]): Float64Array;
  /** a = By `[count]` for targets y `[count]`. */
  coefficients(targets: ArrayLike<number>): Float64Array;
}

/** What several smoothers of the same rows share. */
export interface SmootherParts {
  readonly rows: StandardRows;
  readonly weights: ArrayLike<number>;
  /** ZZ'/d or Z'CZ/d, whichever `primal` asks for. */
  readonly matrix: Float64Array;
  readonly primal: boolean;
}

/** What a method learns from: rows with a target and a weight. */
export interface Design {
  /** +1, -1, 0 `[count]`. */
  readonly targets: Float64Array;
  /** `[count]`, above 0. */
  readonly weights: Float64Array;
}

/** A layer prepared for fits of one design with any penalty. */
export interface PreparedLayer {
  readonly rows: StandardRows;
  readonly design: Design;
  readonly parts: SmootherParts;
}

/** Prepares rows for smoothers of different penalties; `primal` picks the form, by default the smaller system. */
export function smootherParts(
  rows: StandardRows,
  weights: ArrayLike<number>,
  primal = rows.count > rows.hidden,
): SmootherParts {
  return { rows, weights, primal, matrix: primal ? scatterOf(rows, weights) : kernelOf(rows) };
}

/**
 * The same rows under other weights, made cheaply: over rows the kernel does not know the weights, over features only the
 * rows whose weight has changed are counted again.
 */
export function withWeights(parts: SmootherParts, weights: ArrayLike<number>): SmootherParts {
  if (!parts.primal) return { ...parts, weights };
  const { rows, matrix } = parts;
  const change = Float64Array.from(weights, (weight, i) => weight - (parts.weights[i] ?? 0));
  const risen = scatterOf(
    rowsWhere(rows, (i) => (change[i] ?? 0) > 0),
    change.filter((by) => by > 0),
  );
  const fallen = scatterOf(
    rowsWhere(rows, (i) => (change[i] ?? 0) < 0),
    change.filter((by) => by < 0).map((by) => -by),
  );
  return { rows, weights, primal: true, matrix: matrix.map((value, i) => value + (risen[i] ?? 0) - (fallen[i] ?? 0)) };
}

/** Some of the rows, in the units of all. */
function rowsWhere(rows: StandardRows, wanted: (row: number) => boolean): StandardRows {
  const chosen = Array.from({ length: rows.count }, (_, i) => i).filter(wanted);
  return { ...rows, count: chosen.length, z: pick(rows.z, chosen, rows.hidden) };
}

/** b in units of lambda. */
const FREE = 1000;

/**
 * The smoother of one penalty. Throws `RangeError` when the system is not positive definite, i.e. the rows hold
 * something that is not a number.
 */
export function smootherOf(parts: SmootherParts, lambda: number): Smoother {
  return parts.primal ? primalSmoother(parts, lambda) : dualSmoother(parts, lambda);
}

function dualSmoother({ rows: { count }, weights, matrix }: SmootherParts, lambda: number): Smoother {
  const bias = FREE * lambda;
  const factor = matrix.map((value) => value + bias);
  for (let i = 0; i < count; i += 1) factor[i * count + i] = (factor[i * count + i] ?? 0) + lambda / (weights[i] ?? 1);
  choleskyInPlace(factor, count);
  // Made when it is first asked for: the steps of a logistic fit need coefficients only.
  let inverse: Float64Array | undefined;
  return {
    count,
    bias,
    block: (a, b) => {
      inverse ??= gramOf(inverseColumns(factor, count), count, count);
      const out = new Float64Array(a.length * b.length);
      for (let i = 0; i < a.length; i += 1) {
        const row = (a[i] ?? 0) * count;
        for (let j = 0; j < b.length; j += 1) out[i * b.length + j] = inverse[row + (b[j] ?? 0)] ?? 0;
      }
      return out;
    },
    coefficients: (targets) => {
      const out = Float64Array.from(targets);
      choleskySolve(factor, count, out);
      return out;
    },
  };
}

function primalSmoother({ rows, weights, matrix }: SmootherParts, lambda: number): Smoother {
  const { count, hidden, z } = rows;
  const bias = FREE * lambda;
  const width = hidden + 1;
  const scale = 1 / Math.sqrt(hidden);
  // The scatter with one more row for the constant feature.
  const factor = new Float64Array(width * width);
  for (let f = 0; f < hidden; f += 1) factor.set(matrix.subarray(f * hidden, (f + 1) * hidden), f * width);
  for (let i = 0; i < count; i += 1) {
    const weight = weights[i] ?? 1;
    const constant = weight * Math.sqrt(bias);
    for (let f = 0; f < hidden; f += 1)
      factor[hidden * width + f] = (factor[hidden * width + f] ?? 0) + constant * scale * (z[i * hidden + f] ?? 0);
    factor[width * width - 1] = (factor[width * width - 1] ?? 0) + weight * bias;
  }
  for (let f = 0; f < width; f += 1) factor[f * width + f] = (factor[f * width + f] ?? 0) + lambda;
  choleskyInPlace(factor, width);
  const v = new Float64Array(count * width);
  for (let i = 0; i < count; i += 1) {
    const weight = weights[i] ?? 1;
    for (let f = 0; f < hidden; f += 1) v[i * width + f] = (z[i * hidden + f] ?? 0) * weight * scale;
    v[i * width + hidden] = weight * Math.sqrt(bias);
  }
  forwardSolveRows(factor, width, v, count);
  return {
    count,
    bias,
    block: (a, b) => {
      const out = productTransposed(pick(v, a, width), a.length, pick(v, b, width), b.length, width);
      a.forEach((i, row) =>
        b.forEach((j, column) => {
          const at = row * b.length + column;
          out[at] = ((i === j ? (weights[i] ?? 1) : 0) - (out[at] ?? 0)) / lambda;
        }),
      );
      return out;
    },
    coefficients: (targets) => {
      const sum = new Float64Array(width);
      for (let i = 0; i < count; i += 1) {
        const target = targets[i] ?? 0;
        if (target === 0) continue;
        for (let f = 0; f < width; f += 1) sum[f] = (sum[f] ?? 0) + target * (v[i * width + f] ?? 0);
      }
      return Float64Array.from({ length: count }, (_, i) => {
        let along = 0;
        for (let f = 0; f < width; f += 1) along += (v[i * width + f] ?? 0) * (sum[f] ?? 0);
        return ((weights[i] ?? 1) * (targets[i] ?? 0) - along) / lambda;
      });
    },
  };
}

/** L^-1 by columns, each a row of the result `[n, n]`: zeros before its own index. */
function inverseColumns(factor: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let column = 0; column < n; column += 1) {
    const row = column * n;
    out[row + column] = 1 / (factor[column * n + column] ?? 1);
    for (let i = column + 1; i < n; i += 1) {
      const at = i * n;
      let sum = 0;
      for (let k = column; k < i; k += 1) sum -= (factor[at + k] ?? 0) * (out[row + k] ?? 0);
      out[row + i] = sum / (factor[at + i] ?? 1);
    }
  }
  return out;
}

/** Copies the chosen rows of `[*, width]` next to each other. */
function pick(matrix: Float64Array, rows: readonly number[], width: number): Float64Array {
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => out.set(matrix.subarray(row * width, (row + 1) * width), i * width));
  return out;
}
