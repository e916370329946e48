/** Whether a story that turned light reads again like stories that always were. */
import { quantile } from '../../stats/stats.ts';
import { SWITCHES } from './schedules.ts';
import type { FlipBackSpec } from './spec.ts';
import { lineOf, type Trace } from './traces.ts';

/** One value a story, 0 or 1; `beyond` is their difference. */
export interface Band {
  readonly back: number[];
  readonly chance: number[];
  readonly beyond: number[];
}

/**
 * A story is back where, at any of the first `recoverBeats` beats after the switch, it reads above the lower edge of the band
 * that holds the share `bandShare` of the other stories' all-light readings at that beat. (A story above the upper edge is no
 * less light.) `chance` asks the same of the story that stays dark.
 */
export function bandOf({ thresholds }: FlipBackSpec, traces: readonly Trace[]): Band {
  const within = (trace: Trace, order: 'dark-light' | 'all-dark'): number => {
    for (let beat = SWITCHES[0] + 1; beat <= SWITCHES[0] + thresholds.recoverBeats; beat += 1) {
      const others = traces.filter((other) => other !== trace).map((other) => lineOf(other, 'all-light')[beat] ?? NaN);
      if ((lineOf(trace, order)[beat] ?? NaN) >= quantile(others, (1 - thresholds.bandShare) / 2)) return 1;
    }
    return 0;
  };
  const back = traces.map((trace) => within(trace, 'dark-light'));
  const chance = traces.map((trace) => within(trace, 'all-dark'));
  return { back, chance, beyond: back.map((value, i) => value - (chance[i] ?? NaN)) };
}
