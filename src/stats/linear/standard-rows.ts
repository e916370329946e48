/**
 * One layer's rows in standard units, z = (h - m)/s with the mean and population standard deviation of all rows of the
 * fit. Labels play no part, so the units are the same in every fold, under every shuffle and for every penalty, and one
 * Gram matrix serves them all. (Units made anew in every fold move no AUROC of the reference by more than 0.006: docs/decisions/0007.)
 */
import { gramOf, transpose } from './linalg.ts';

/** Rows in standard units. */
export interface StandardRows {
  readonly count: number;
  readonly hidden: number;
  /** `[count, hidden]` */
  readonly z: Float64Array;
  /** Mean of every feature `[hidden]`. */
  readonly mean: Float64Array;
  /** 1/s of every feature `[hidden]`; 0 where the feature does not vary beyond rounding, so that it takes no part. */
  readonly inverse: Float64Array;
}

/** Spread below this share of a feature's size is rounding of float32 readings. */
const ROUNDING = 1e-6;

/** Prepares `count` rows of `readings` `[count, hidden]`. */
export function standardRows(readings: Float32Array, hidden: number): StandardRows {
  const count = readings.length / hidden;
  const mean = new Float64Array(hidden);
  const squares = new Float64Array(hidden);
  for (let i = 0; i < count; i += 1)
    for (let f = 0; f < hidden; f += 1) mean[f] = (mean[f] ?? 0) + (readings[i * hidden + f] ?? NaN);
  for (let f = 0; f < hidden; f += 1) mean[f] = (mean[f] ?? 0) / count;
  const z = new Float64Array(count * hidden);
  for (let i = 0; i < count; i += 1) {
    for (let f = 0; f < hidden; f += 1) {
      const value = (readings[i * hidden + f] ?? NaN) - (mean[f] ?? 0);
      z[i * hidden + f] = value;
      squares[f] = (squares[f] ?? 0) + value * value;
    }
  }
  const inverse = Float64Array.from(squares, (sum, f) => {
    const sd = Math.sqrt(sum / count);
    return sd > ROUNDING * Math.abs(mean[f] ?? 0) ? 1 / sd : 0;
  });
  for (let i = 0; i < count; i += 1)
    for (let f = 0; f < hidden; f += 1) z[i * hidden + f] = (z[i * hidden + f] ?? 0) * (inverse[f] ?? 0);
  return { count, hidden, z, mean, inverse };
}

/** Other readings `[n, hidden]` in the units of `rows`. */
export function inUnitsOf(rows: StandardRows, readings: Float32Array): Float64Array {
  return Float64Array.from(
    readings,
    (value, i) => (value - (rows.mean[i % rows.hidden] ?? 0)) * (rows.inverse[i % rows.hidden] ?? 0),
  );
}

/** The kernel ZZ'/d `[count, count]`. */
export function kernelOf(rows: StandardRows): Float64Array {
  return scaled(gramOf(rows.z, rows.count, rows.hidden), rows.hidden);
}

/** Z'CZ/d `[hidden, hidden]` with the row weights c. */
export function scatterOf(rows: StandardRows, weights: ArrayLike<number>): Float64Array {
  const { count, hidden } = rows;
  const weighted = transpose(rows.z, count, hidden);
  for (let f = 0; f < hidden; f += 1)
    for (let i = 0; i < count; i += 1)
      weighted[f * count + i] = (weighted[f * count + i] ?? 0) * Math.sqrt(weights[i] ?? 0);
  return scaled(gramOf(weighted, hidden, count), hidden);
}

function scaled(matrix: Float64Array, divisor: number): Float64Array {
  for (let i = 0; i < matrix.length; i += 1) matrix[i] = (matrix[i] ?? 0) / divisor;
  return matrix;
}

/** A direction in standard units as one of length 1 in the residual stream's own units; all zeros stay so. */
export function inStreamUnits(rows: StandardRows, w: Float64Array): Float64Array {
  const out = w.map((value, f) => value * (rows.inverse[f] ?? 0));
  const length = Math.sqrt(out.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? out.map((value) => value / length) : out;
}
