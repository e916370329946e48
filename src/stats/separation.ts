/** How far apart two groups of scores lie, in units of their own spread. */
import { mean, standardDeviation } from './stats.ts';

/**
 * d' = (mean of the positives - mean of the negatives) / sqrt((their variance + the others' variance) / 2), sample
 * variances: the sensitivity index d_a of signal detection (Green and Swets 1966; Macmillan and Creelman 2005), signed.
 * `labels` are +1 and -1; rows with label 0 are left out. 0 where no spread is known: all scores of each pole equal
 * but for rounding (layer 0), or fewer than two scores at a pole.
 */
export function dPrime(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const positive: number[] = [];
  const negative: number[] = [];
  for (let i = 0; i < scores.length; i += 1) {
    const label = labels[i] ?? 0;
    if (label !== 0) (label > 0 ? positive : negative).push(scores[i] ?? NaN);
  }
  if (positive.length < 2 || negative.length < 2) return 0;
  const spread = Math.sqrt(
    (standardDeviation(positive, 'sample') ** 2 + standardDeviation(negative, 'sample') ** 2) / 2,
  );
  const largest = [...positive, ...negative].reduce((high, value) => Math.max(high, Math.abs(value)), 0);
  return spread <= ROUNDING * largest ? 0 : (mean(positive) - mean(negative)) / spread;
}

/** A spread below this share of the largest score is what summing equal numbers leaves behind. */
const ROUNDING = 1e-12;
