/**
 * Means, shares and AUROC with intervals over independent units (topics, items, stories). Percentile bootstrap over
 * whole units (Efron and Tibshirani 1993; by cluster: Davison and Hinkley 1997), expanded where units are few
 * (`few-clusters.ts`). Below {@link FEWEST_UNITS} units the
 * percentile interval is far too narrow to print, so none is given and `note` says so.
 */
import { aurocInterval } from './bootstrap.ts';
import { lowerShare } from './few-clusters.ts';
import type { Estimate } from './estimate.ts';
import { createRng } from '../base/rng.ts';
import { auroc, quantileOfSorted } from './stats.ts';
import { wilsonInterval } from './wilson.ts';

/** Units that an interval needs at least. */
export const FEWEST_UNITS = 6;

/** What stands beside an estimate without an interval. */
export const TOO_FEW = { items: 'too few items for an interval', topics: 'too few topics for an interval' } as const;
/** What stands beside an interval without width. */
export const NO_WIDTH = 'every resample gives the same value, so the interval shows no uncertainty';

/** The mean of one value a unit, e.g. the effect of every item of a control, with its 95 % interval; NaN for an empty list. */
export function clusterMean(values: ArrayLike<number>, draws: number, seed: number): Estimate {
  return clusterRatio(
    values,
    Float64Array.from({ length: values.length }, () => 1),
    draws,
    seed,
  );
}

/**
 * The share of units whose value is above `line`, a tie counting half, with Wilson's 95 % interval, which keeps its
 * width at 0 and 1; NaN for an empty list.
 */
export function shareAbove(values: ArrayLike<number>, line: number): Estimate {
  const n = values.length;
  const share =
    Array.from(values, (value): number => (value > line ? 1 : value === line ? 0.5 : 0)).reduce(
      (sum, value) => sum + value,
      0,
    ) / n;
  return n < FEWEST_UNITS ? withoutInterval(share, n, 'items') : { value: share, ...wilsonInterval(share, n), n };
}

/**
 * Sum of `sums` over sum of `sizes`, one of each a unit: a mean over rows where units hold different numbers of them,
 * with its 95 % interval. Resamples without a row are not counted. `what` names the units in the note.
 */
export function clusterRatio(
  sums: ArrayLike<number>,
  sizes: ArrayLike<number>,
  draws: number,
  seed: number,
  what: keyof typeof TOO_FEW = 'items',
): Estimate {
  const n = sums.length;
  const ratio = (pick: (i: number) => number): number => {
    let sum = 0;
    let size = 0;
    for (let i = 0; i < n; i += 1) {
      const unit = pick(i);
      sum += sums[unit] ?? NaN;
      size += sizes[unit] ?? NaN;
    }
    return sum / size;
  };
  const value = ratio((i) => i);
  if (n < FEWEST_UNITS) return withoutInterval(value, n, what);
  const rng = createRng(seed);
  const found: number[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    const resampled = ratio(() => rng.below(n));
    if (!Number.isNaN(resampled)) found.push(resampled);
  }
  return percentileEstimate(value, found, n);
}

/**
 * AUROC of positive (+1) against negative (-1) scores with its 95 % interval over `clusters` (any whole numbers, one a
 * row). Rows with label 0, and clusters that hold nothing else, do not count. NaN where a pole has no rows.
 */
export function clusterAuroc(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  clusters: ArrayLike<number>,
  draws: number,
  seed: number,
): Estimate {
  const present = new Set<number>();
  for (let i = 0; i < scores.length; i += 1) if ((labels[i] ?? 0) !== 0) present.add(clusters[i] ?? 0);
  const number = new Map([...present].sort((a, b) => a - b).map((cluster, i) => [cluster, i]));
  const value = auroc(scores, labels);
  if (present.size < FEWEST_UNITS) return withoutInterval(value, present.size, 'topics');
  // Rows of other clusters have label 0, so the number that they get does not matter.
  const renumbered = Float64Array.from({ length: scores.length }, (_, i) => number.get(clusters[i] ?? 0) ?? 0);
  const { low, high } = aurocInterval(scores, labels, renumbered, present.size, draws, seed);
  return withInterval(value, low, high, present.size);
}

/** An estimate with its 95 % interval from `resampled`, the same statistic over resamples of its `n` units. */
export function percentileEstimate(value: number, resampled: readonly number[], n: number): Estimate {
  const sorted = Float64Array.from(resampled).sort();
  const share = lowerShare(n);
  return withInterval(value, quantileOfSorted(sorted, share), quantileOfSorted(sorted, 1 - share), n);
}

/** An estimate with the reason why it has no interval. */
export function withoutInterval(value: number, n: number, what: keyof typeof TOO_FEW): Estimate {
  return { value, low: null, high: null, n, note: TOO_FEW[what] };
}

function withInterval(value: number, low: number, high: number, n: number): Estimate {
  if (Number.isNaN(low) || Number.isNaN(high))
    return { value, low: null, high: null, n, note: 'no resample gives a number' };
  return low === high ? { value, low, high, n, note: NO_WIDTH } : { value, low, high, n };
}
