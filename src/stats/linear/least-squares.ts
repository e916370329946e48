/** Ordinary least squares of an outcome on a few named columns, with intervals over rows where one row is one cluster. */
import { clusterResampled, type Resampled } from '../cluster-statistic.ts';
import { choleskyInPlace, choleskySolve } from './linalg.ts';
import type { Estimate } from '../estimate.ts';
import { mean, standardDeviation } from '../stats.ts';

/** Columns by name, each as long as the outcome. `intercept` is always fitted and must not be among them. */
export type Columns = Readonly<Record<string, ArrayLike<number>>>;

/** A fit. */
export interface LeastSquares {
  /**
   * By name, `intercept` first. All NaN where the columns do not determine them (fewer rows than coefficients, columns
   * that depend on each other).
   */
  readonly coefficients: Readonly<Record<string, number>>;
  /** Standard deviation of what is left, with divisor rows - coefficients; NaN without rows to spare. */
  readonly residualSd: number;
}

/** A pivot of the columns' correlations below this: a column is a sum of others. */
const DEPENDENT = 1e-10;

/** A spread below this share of the mean is none. */
const ROUNDING = 1e-12;

/** Fits `y` `[rows]` on an intercept and `columns`. */
export function leastSquares(columns: Columns, y: ArrayLike<number>): LeastSquares {
  const names = Object.keys(columns);
  const every = new Int32Array(y.length);
  for (let i = 0; i < every.length; i += 1) every[i] = i;
  const fitted = fitRows(Object.values(columns), y, every);
  const spare = y.length - names.length - 1;
  let left = 0;
  for (let i = 0; i < y.length; i += 1) {
    left +=
      ((y[i] ?? NaN) -
        names.reduce((sum, name, c) => sum + (fitted[c + 1] ?? NaN) * (columns[name]?.[i] ?? NaN), fitted[0] ?? NaN)) **
      2;
  }
  return { coefficients: byName(names, fitted), residualSd: spare > 0 ? Math.sqrt(left / spare) : NaN };
}

/**
 * The coefficients of {@link leastSquares}, each with its 95 % interval over `draws` resamples of the rows; resamples
 * that do not determine them are not counted.
 */
export function clusterLeastSquares(
  columns: Columns,
  y: ArrayLike<number>,
  draws: number,
  seed: number,
): Readonly<Record<string, Estimate>> {
  return Object.fromEntries(
    Object.entries(resampledLeastSquares(columns, y, draws, seed)).map(([name, { estimate }]) => [name, estimate]),
  );
}

/** The same with the standard error of each. */
export function resampledLeastSquares(
  columns: Columns,
  y: ArrayLike<number>,
  draws: number,
  seed: number,
): Readonly<Record<string, Resampled>> {
  return byName(
    Object.keys(columns),
    clusterResampled(y.length, (pick) => fitRows(Object.values(columns), y, pick), draws, seed),
  );
}

function byName<T>(names: readonly string[], values: readonly T[]): Record<string, T> {
  return Object.fromEntries(
    ['intercept', ...names].flatMap((name, i) => (i < values.length ? [[name, values[i] as T]] : [])),
  );
}

/**
 * Intercept and coefficients over the rows `pick`, from the normal equations of centred columns in units of their own
 * spread: as well conditioned as they can be.
 */
function fitRows(columns: readonly ArrayLike<number>[], y: ArrayLike<number>, pick: Int32Array): number[] {
  const k = columns.length;
  const undetermined = Array.from({ length: k + 1 }, () => NaN);
  if (pick.length < k + 1) return undetermined;
  // Loops, not from() and reduce(): a permutation test fits ten thousand times.
  const picked = (values: ArrayLike<number>): Float64Array => {
    const out = new Float64Array(pick.length);
    for (let i = 0; i < out.length; i += 1) out[i] = values[pick[i] ?? -1] ?? NaN;
    return out;
  };
  const outcome = picked(y);
  const centre = mean(outcome);
  const standard = columns.map((column) => {
    const values = picked(column);
    const at = mean(values);
    const spread = standardDeviation(values, 'population');
    // What is left of a constant column is the rounding of its mean.
    if (!(spread > ROUNDING * Math.abs(at))) return { at, spread: NaN, values: values.fill(NaN) };
    for (let i = 0; i < values.length; i += 1) values[i] = ((values[i] ?? NaN) - at) / spread;
    return { at, spread, values };
  });
  const dot = (a: Float64Array, b: Float64Array, less = 0): number => {
    let sum = 0;
    for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? NaN) * ((b[i] ?? NaN) - less);
    return sum / pick.length;
  };
  const system = new Float64Array(k * k);
  standard.forEach((a, i) => standard.forEach((b, j) => (system[i * k + j] = dot(a.values, b.values))));
  const solution = Float64Array.from(standard, ({ values }) => dot(values, outcome, centre));
  if (![...system, ...solution].every(Number.isFinite)) return undetermined;
  try {
    choleskyInPlace(system, k);
  } catch (error) {
    if (error instanceof RangeError) return undetermined;
    throw error;
  }
  if (standard.some((_, i) => (system[i * k + i] ?? 0) ** 2 < DEPENDENT)) return undetermined;
  choleskySolve(system, k, solution);
  const slopes = standard.map(({ spread }, i) => (solution[i] ?? NaN) / spread);
  return [standard.reduce((sum, { at }, i) => sum - at * (slopes[i] ?? NaN), centre), ...slopes];
}
