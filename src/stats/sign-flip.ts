/**
 * The sign-flip test of a mean (Fisher 1935, "The Design of Experiments", section 21): if an effect is as likely to be
 * there as its opposite, every unit's sign could as well be the other one.
 */
import { createRng } from '../base/rng.ts';

/** Two sums that differ by rounding alone are one sum: this share of Σ|x|. */
const ROUNDING = 1e-12;

/** What a sign-flip test gives. */
export interface SignFlip {
  /** Two-sided: how often flipped signs reach the size of the mean that was found. */
  readonly p: number;
  /** Every flip was tried; otherwise p = (1 + those that reach it) / (1 + flips). */
  readonly exact: boolean;
}

/**
 * Two-sided p of the mean of `values`, one a unit, under independent sign flips: all 2^n of them where that is no more
 * than `permutations`, else as many drawn ones. 1 for no values or zeros alone, NaN where a value is NaN.
 */
export function signFlip(values: ArrayLike<number>, permutations: number, seed: number): SignFlip {
  const n = values.length;
  let observed = 0;
  let size = 0;
  for (let i = 0; i < n; i += 1) {
    observed += values[i] ?? NaN;
    size += Math.abs(values[i] ?? NaN);
  }
  const line = Math.abs(observed) - ROUNDING * size;
  const exact = 2 ** n <= permutations;
  if (Number.isNaN(line)) return { p: NaN, exact };
  if (exact) return { p: reachedByAll(values, 0, 0, line) / 2 ** n, exact };
  const rng = createRng(seed);
  let reached = 0;
  for (let flip = 0; flip < permutations; flip += 1) {
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += rng.below(2) === 0 ? (values[i] ?? NaN) : -(values[i] ?? NaN);
    if (Math.abs(sum) >= line) reached += 1;
  }
  return { p: (1 + reached) / (1 + permutations), exact };
}

/** How many signs of `values` from `at` on bring `sum` to the line or beyond, on either side. */
function reachedByAll(values: ArrayLike<number>, at: number, sum: number, line: number): number {
  if (at === values.length) return Math.abs(sum) >= line ? 1 : 0;
  const value = values[at] ?? NaN;
  return reachedByAll(values, at + 1, sum + value, line) + reachedByAll(values, at + 1, sum - value, line);
}
