/** Where an interval lies against a region of practical equivalence, fixed before any run (Kruschke 2018). */
import type { RopeReading } from './experiment-types.ts';
import type { Estimate } from '../stats/estimate.ts';

/**
 * `within` where the whole interval lies in the region, edges included; `above` or `below` where all of it lies beyond;
 * else, and without an interval, `open`.
 */
export function ropeReading({ low, high }: Estimate, rope: readonly [low: number, high: number]): RopeReading {
  if (low === null || high === null) return 'open';
  if (low > rope[1]) return 'above';
  if (high < rope[0]) return 'below';
  return low >= rope[0] && high <= rope[1] ? 'within' : 'open';
}
