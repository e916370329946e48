/**
 * Fits of an account, by moments: the cross products of a topic's columns about that topic's means are all that least squares
 * with an intercept a topic needs, so a resample of topics, or all topics but one, is a sum of them.
 */
import { choleskyInPlace, choleskySolve } from '../../stats/linear/linalg.ts';
import { type Account, evidenceOf } from './models.ts';
import type { Row, TopicRows } from './table.ts';
import type { ConditionId } from './spec.ts';

/** What is fitted: log odds, or readings at control texts. */
export type Outcome = (row: Row) => number;

/** Cross products of the columns (conditions but the first, x) and, last, the outcome: `[size, size]`. */
export interface Moments {
  readonly size: number;
  readonly products: Float64Array;
  /** Rows less one, for the topic's mean. */
  readonly free: number;
}

/** Moments of every topic at every shape of an account's grid `[shapes][topics]`. */
export type ByShape = readonly (readonly Moments[])[];

/** A fit to some topics. */
export interface Fitted {
  /** Place of the shape in the account's grid. */
  readonly at: number;
  readonly shape: number;
  /** Of the conditions but the first, in order, then γ. NaN where they are not determined. */
  readonly coefficients: readonly number[];
  /** Residual variance. */
  readonly variance: number;
}

/** Cross products of `columns` and `outcome` about their means; one number a row each. */
export function momentsOf(columns: readonly (readonly number[])[], outcome: readonly number[]): Moments {
  const all = [...columns, outcome].map((values) => {
    const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - centre);
  });
  const size = all.length;
  const products = new Float64Array(size * size);
  all.forEach((a, i) =>
    all.slice(0, i + 1).forEach((b, j) => {
      let sum = 0;
      for (let row = 0; row < a.length; row += 1) sum += (a[row] ?? NaN) * (b[row] ?? NaN);
      products[i * size + j] = products[j * size + i] = sum;
    }),
  );
  return { size, products, free: outcome.length - 1 };
}

/** Moments of an account in every topic. */
export function momentsByShape(
  account: Account,
  topics: readonly TopicRows[],
  conditions: readonly ConditionId[],
  outcome: Outcome,
): ByShape {
  return account.shape.grid.map((shape) =>
    topics.map(({ rows }) =>
      momentsOf(
        [...indicators(rows, conditions), rows.map(({ signs }) => evidenceOf(account, signs, shape))],
        rows.map(outcome),
      ),
    ),
  );
}

/** A column of 0 and 1 for every condition but the first. */
export function indicators(rows: readonly Row[], conditions: readonly ConditionId[]): number[][] {
  return conditions.slice(1).map((id) => rows.map(({ condition }): number => (condition === id ? 1 : 0)));
}

/** The sum over `pick`, numbers of topics. */
export function summed(moments: readonly Moments[], pick: ArrayLike<number>): Moments {
  const size = moments[0]?.size ?? 0;
  const products = new Float64Array(size * size);
  let free = 0;
  for (let i = 0; i < pick.length; i += 1) {
    const one = moments[pick[i] ?? -1];
    free += one?.free ?? NaN;
    for (let at = 0; at < products.length; at += 1) products[at] = (products[at] ?? 0) + (one?.products[at] ?? NaN);
  }
  return { size, products, free };
}

/** Coefficients of the columns, or null where they are not determined. */
export function solved({ size, products }: Moments): Float64Array | null {
  const k = size - 1;
  const system = new Float64Array(k * k);
  const solution = new Float64Array(k);
  for (let i = 0; i < k; i += 1) {
    for (let j = 0; j < k; j += 1) system[i * k + j] = products[i * size + j] ?? NaN;
    solution[i] = products[i * size + k] ?? NaN;
  }
  try {
    choleskyInPlace(system, k);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  choleskySolve(system, k, solution);
  return solution;
}

/** Sum of squares that a fit of these coefficients leaves of the outcome in `moments`. */
export function leftBy({ size, products }: Moments, coefficients: ArrayLike<number>): number {
  const weight = (i: number): number => (i === size - 1 ? -1 : (coefficients[i] ?? NaN));
  let sum = 0;
  for (let i = 0; i < size; i += 1)
    for (let j = 0; j < size; j += 1) sum += weight(i) * (products[i * size + j] ?? NaN) * weight(j);
  return Math.max(0, sum);
}

/** The shape of the grid that leaves the least, with its coefficients, over the topics of `pick`. */
export function fitted(account: Account, byShape: ByShape, pick: ArrayLike<number>): Fitted {
  let best: Fitted = { at: -1, shape: NaN, coefficients: [], variance: NaN };
  let least = Infinity;
  byShape.forEach((moments, at) => {
    const sum = summed(moments, pick);
    const coefficients = solved(sum);
    if (coefficients === null) return;
    const left = leftBy(sum, coefficients);
    // A later shape must be better by more than rounding.
    if (!(left < least * (1 - 1e-12))) return;
    least = left;
    best = {
      at,
      shape: account.shape.grid[at] ?? NaN,
      coefficients: [...coefficients],
      variance: left / (sum.free - sum.size),
    };
  });
  return best;
}
