/** Whether an effect lies where a probe that reads its axis and nothing else would put it. */
import type { Effect } from '../report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';

/** `open`: the interval allows both, or there is none. */
export type Verdict = 'as wanted' | 'not as wanted' | 'open';

/** An effect this far from zero, in units of the score, or this far from 0.5 in AUROC, still counts as near. */
export const NEAR = { score: 0.5, AUROC: 0.1, share: 0.1 } as const;

/** "Near 1" begins here. */
export const HIGH = 0.9;

/**
 * Reads an interval against what is wanted. Above or below a value: the whole interval lies there, or the whole interval
 * lies on the other side. Near a value: the interval holds it and stays near, or leaves it out.
 */
export function verdict({ low, high }: Estimate, wanted: Effect['wanted'], unit: Effect['unit']): Verdict {
  if (low === null || high === null) return 'open';
  switch (wanted) {
    case 'above zero':
      return low > 0 ? 'as wanted' : high <= 0 ? 'not as wanted' : 'open';
    case 'below zero':
      return high < 0 ? 'as wanted' : low >= 0 ? 'not as wanted' : 'open';
    case 'near zero':
      return near(low, high, 0, NEAR[unit]);
    case 'near 0.5':
      return near(low, high, 0.5, NEAR[unit]);
    case 'above 0.5':
      return low > 0.5 ? 'as wanted' : high <= 0.5 ? 'not as wanted' : 'open';
    case 'near 1':
      return low >= HIGH ? 'as wanted' : high < HIGH ? 'not as wanted' : 'open';
  }
}

function near(low: number, high: number, value: number, distance: number): Verdict {
  if (low > value || high < value) return 'not as wanted';
  return low >= value - distance && high <= value + distance ? 'as wanted' : 'open';
}
