/** Page's test of an ordered trend over columns (Page 1963, "Ordered hypotheses for multiple treatments"), ties by mid-ranks. */
import { midRanks } from './mid-ranks.ts';
import { createRng } from '../base/rng.ts';

/** What the test gives. */
export interface PageTrend {
  /** L = Σ j R_j, with R_j the sum of column j's ranks within rows, j from 1. */
  readonly l: number;
  /** L between its least (-1) and its greatest (+1) possible value without ties: how orderly the rows are. */
  readonly order: number;
  /** One-sided, for values that grow from column to column: (1 + permutations that reach L) / (1 + permutations). */
  readonly p: number;
}

/**
 * Tests `rows`, each with one value a column, columns in the predicted order from low to high, by `permutations`
 * shuffles within every row. NaN without rows.
 */
export function pageTrend(rows: readonly ArrayLike<number>[], permutations: number, seed: number): PageTrend {
  const ranks = rows.map(midRanks);
  const k = rows[0]?.length ?? 0;
  const observed = sumOfL(ranks);
  if (
    rows.length === 0 ||
    Number.isNaN(rows.reduce((sum, row) => Array.from(row).reduce((s, value) => s + value, sum), 0))
  )
    return { l: NaN, order: NaN, p: NaN };
  const rng = createRng(seed);
  let reached = 0;
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    for (const row of ranks) rng.shuffle(row);
    // Ranks are whole or half, so sums are exact and ties need no tolerance.
    if (sumOfL(ranks) >= observed) reached += 1;
  }
  const middle = (rows.length * k * (k + 1) ** 2) / 4;
  const highest = (rows.length * k * (k + 1) * (2 * k + 1)) / 6;
  return { l: observed, order: (observed - middle) / (highest - middle), p: (1 + reached) / (1 + permutations) };
}

function sumOfL(ranks: readonly Float64Array[]): number {
  return ranks.reduce((sum, row) => row.reduce((s, rank, j) => s + (j + 1) * rank, sum), 0);
}
