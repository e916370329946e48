/** Spearman's ρ of a few pairs with its exact permutation distribution (Kendall and Gibbons 1990, chapter 4), ties by mid-ranks. */
import { midRanks } from './mid-ranks.ts';
import { spearman } from './spearman.ts';

/** What the test gives; NaN where either list does not vary or there are fewer than three pairs. */
export interface ExactRankTrend {
  readonly rho: number;
  /** Share of all orders of one list in which ρ is as high as found, or higher: one-sided p of a rising trend. */
  readonly rising: number;
  /** The same of as low, or lower: one-sided p of a falling trend. */
  readonly falling: number;
}

/** Most pairs: 9! orders take a blink, 10! take seconds. */
export const MOST_PAIRS = 9;

/** Tests every order. Throws `RangeError` above {@link MOST_PAIRS} pairs and for lists of two lengths. */
export function exactRankTrend(x: readonly number[], y: readonly number[]): ExactRankTrend {
  const n = x.length;
  if (n > MOST_PAIRS || y.length !== n)
    throw new RangeError(
      `exactRankTrend takes two lists of one length, ${MOST_PAIRS} at most, got ${n} and ${y.length}`,
    );
  const rho = spearman(x, y);
  if (n < 3 || !Number.isFinite(rho)) return { rho: NaN, rising: NaN, falling: NaN };
  const a = midRanks(x);
  const b = midRanks(y);
  // Ranks are whole or half, so sums of products are exact and ties need no tolerance.
  const dot = (): number => a.reduce((sum, rank, i) => sum + rank * (b[i] ?? NaN), 0);
  const observed = dot();
  let [orders, above, below] = [0, 0, 0];
  const visit = (k: number): void => {
    if (k === 1) {
      const found = dot();
      orders += 1;
      if (found >= observed) above += 1;
      if (found <= observed) below += 1;
      return;
    }
    // Heap's algorithm (1963): every order once, one exchange apart.
    for (let i = 0; i < k; i += 1) {
      visit(k - 1);
      if (i === k - 1) continue;
      const j = k % 2 === 0 ? i : 0;
      [b[j], b[k - 1]] = [b[k - 1] ?? NaN, b[j] ?? NaN];
    }
  };
  visit(n);
  return { rho, rising: above / orders, falling: below / orders };
}
