/** A permutation test of labels (Good 2005, "Permutation, Parametric and Bootstrap Tests", ch. 3), in strata where the design has them. */
import { createRng } from './rng.ts';

/** Two statistics that differ by rounding alone are one, as a share of the larger. */
const ROUNDING = 1e-12;

/** What a permutation test gives. */
export interface LabelPermutation {
  /** The statistic of the labels as they are. */
  readonly observed: number;
  /** Two-sided: (1 + permutations of at least that size) / (1 + permutations). */
  readonly p: number;
}

/**
 * Two-sided p of `statistic`, which has to lie about 0 where labels mean nothing (a difference of means, a coefficient), under
 * `permutations` shuffles of `labels`, one a unit; with `strata` (any whole numbers, one a unit) only within each. A shuffle that
 * gives NaN counts as one that reaches; NaN where the statistic itself is. The list that `statistic` gets is used again.
 */
export function permuteLabels(labels: ArrayLike<number>, statistic: (labels: Float64Array) => number, permutations: number, seed: number, strata?: ArrayLike<number>): LabelPermutation {
  const dealt = Float64Array.from(labels);
  const observed = statistic(dealt);
  if (Number.isNaN(observed)) return { observed, p: NaN };
  const members = new Map<number, number[]>();
  dealt.forEach((_, i) => {
    const stratum = strata?.[i] ?? 0;
    const known = members.get(stratum);
    if (known === undefined) members.set(stratum, [i]);
    else known.push(i);
  });
  const hands = [...members.values()].map((units) => ({ units, hand: Float64Array.from(units, (unit) => dealt[unit] ?? NaN) }));
  const line = Math.abs(observed) * (1 - ROUNDING);
  const rng = createRng(seed);
  let reached = 0;
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    for (const { units, hand } of hands) {
      rng.shuffle(hand);
      units.forEach((unit, i) => (dealt[unit] = hand[i] ?? NaN));
    }
    if (!(Math.abs(statistic(dealt)) < line)) reached += 1;
  }
  return { observed, p: (1 + reached) / (1 + permutations) };
}
