/** A baseline that knows nothing of the poles has no right way round: what it gives away is how far from 0.5 it lies. */
import type { Estimate } from '../../stats/estimate.ts';

/** An AUROC read in the direction that separates better, max(a, 1 - a), with its interval turned with it. */
export function eitherWay(estimate: Estimate): Estimate {
  if (!(estimate.value < 0.5)) return estimate;
  const { low, high } = estimate;
  return {
    ...estimate,
    value: 1 - estimate.value,
    low: high === null ? null : 1 - high,
    high: low === null ? null : 1 - low,
  };
}
