/**
 * A permutation test of one coefficient beside others (Freedman and Lane 1983; Winkler et al. 2014, "Permutation inference for the general
 * linear model"): what the model without it leaves is shuffled. Shuffling the column itself would break its ties to the other columns, and
 * take the null for too narrow where they are strong.
 */
import type { Columns } from './least-squares.ts';
import { createRng } from '../../base/rng.ts';

/** What a permutation test gives. */
export interface PermutationTest {
  /** The statistic of the data as they are. */
  readonly observed: number;
  /** Two-sided: (1 + permutations of at least that size) / (1 + permutations). */
  readonly p: number;
}

/** Two statistics that differ by rounding alone are one, as a share of the larger. */
const ROUNDING = 1e-12;
/** A column of which less than this share is its own is a sum of others. */
const DEPENDENT = 1e-10;

/**
 * Two-sided p of the coefficient of `columns[tested]` in a fit of `y` `[rows]` on an intercept and all columns, under `permutations`
 * shuffles. `observed` is its t value, with divisor rows - coefficients. Both NaN where the columns do not determine it, or where no
 * rows are to spare.
 */
export function freedmanLane(
  columns: Columns,
  y: ArrayLike<number>,
  tested: string,
  permutations: number,
  seed: number,
): PermutationTest {
  const nothing = { observed: NaN, p: NaN };
  const rows = y.length;
  const others = Object.entries(columns)
    .filter(([name]) => name !== tested)
    .map(([, column]) => Float64Array.from(column));
  const spare = rows - others.length - 2;
  const basis = orthonormal([new Float64Array(rows).fill(1), ...others]);
  const own = columns[tested];
  if (basis === null || own === undefined || spare < 1) return nothing;
  const column = left(Float64Array.from(own), basis);
  const size = dot(column, column);
  if (!(size > DEPENDENT * Math.max(dot(Float64Array.from(own), Float64Array.from(own)), 1e-300))) return nothing;
  const statistic = (outcome: Float64Array): number => {
    const residual = left(outcome, basis);
    const slope = dot(column, residual) / size;
    return slope / Math.sqrt(Math.max(0, dot(residual, residual) - slope ** 2 * size) / spare / size);
  };
  const residuals = left(Float64Array.from(y), basis);
  const observed = statistic(residuals);
  if (Number.isNaN(observed)) return nothing;
  const line = Math.abs(observed) * (1 - ROUNDING);
  const rng = createRng(seed);
  let reached = 0;
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    // The fitted values of the model without the column would be taken away again: the shuffled residuals are enough.
    rng.shuffle(residuals);
    if (!(Math.abs(statistic(residuals)) < line)) reached += 1;
  }
  return { observed, p: (1 + reached) / (1 + permutations) };
}

/** An orthonormal basis of the columns; null where one is a sum of those before it, or not finite. */
function orthonormal(columns: readonly Float64Array[]): readonly Float64Array[] | null {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    // Twice: what rounding leaves of the others after the first time is gone after the second.
    const rest = left(left(column, basis), basis);
    const length = Math.sqrt(dot(rest, rest));
    if (!(length ** 2 > DEPENDENT * dot(column, column))) return null;
    basis.push(rest.map((value) => value / length));
  }
  return basis;
}

/** What a basis does not explain. */
function left(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const out = values.slice();
  for (const direction of basis) {
    const along = dot(out, direction);
    for (let i = 0; i < out.length; i += 1) out[i] = (out[i] ?? NaN) - along * (direction[i] ?? NaN);
  }
  return out;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? NaN) * (b[i] ?? NaN);
  return sum;
}
