/** Statistics of lists of numbers. Sums are taken in float64; nothing here draws random numbers. */

/** The arithmetic mean; NaN for an empty list. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i] ?? 0;
  return sum / values.length;
}

/** The standard deviation with divisor n (`population`, as numpy's default) or n - 1 (`sample`); NaN where that divisor is not positive. */
export function standardDeviation(values: ArrayLike<number>, kind: 'population' | 'sample'): number {
  const centre = mean(values);
  const divisor = kind === 'population' ? values.length : values.length - 1;
  if (divisor <= 0) return NaN;
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += ((values[i] ?? 0) - centre) ** 2;
  return Math.sqrt(sum / divisor);
}

/** The `probability` quantile of unsorted `values` by linear interpolation, as `numpy.quantile`'s default; NaN for an empty list. */
export function quantile(values: ArrayLike<number>, probability: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability);
}

/** The same for values that are already in ascending order. */
export function quantileOfSorted(sorted: Float64Array, probability: number): number {
  if (sorted.length === 0) return NaN;
  const at = Math.min(1, Math.max(0, probability)) * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (at - below) * (high - low);
}

/**
 * Area under the ROC curve: the share of (positive, negative) pairs in which the positive scores higher, a tie counting
 * half (Mann–Whitney). `labels` are +1 and -1; rows with label 0 are left out. NaN where a class is empty.
 */
export function auroc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < scores.length; i += 1) {
    const label = labels[i] ?? 0;
    if (label > 0) positives += 1;
    else if (label < 0) negatives += 1;
  }
  const positive = new Float64Array(positives);
  const negative = new Float64Array(negatives);
  for (let i = 0; i < scores.length; i += 1) {
    const label = labels[i] ?? 0;
    if (label > 0) positive[--positives] = scores[i] ?? NaN;
    else if (label < 0) negative[--negatives] = scores[i] ?? NaN;
  }
  return winsAmong(positive, negative.sort()) / (positive.length * negative.length);
}

/** How many (a, b) pairs have a > b, a tie counting half; `sortedB` ascends. */
export function winsAmong(a: Float64Array, sortedB: Float64Array): number {
  const sortedA = a.slice().sort();
  let wins = 0;
  let below = 0;
  let upTo = 0;
  for (const value of sortedA) {
    while (below < sortedB.length && (sortedB[below] ?? NaN) < value) below += 1;
    if (upTo < below) upTo = below;
    while (upTo < sortedB.length && (sortedB[upTo] ?? NaN) === value) upTo += 1;
    wins += below + (upTo - below) / 2;
  }
  return wins;
}
