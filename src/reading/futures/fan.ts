/**
 * What many futures come to: the distribution of the reading at every step, where lines end up, and the share that turns.
 * Lines are independent draws from one text, so the intervals of shares say how far the share of this text is known, and
 * nothing about other texts.
 */
import { quantile } from '../../stats/stats.ts';
import { wilsonInterval } from '../../stats/wilson.ts';
import type { ShownReading } from '../reading.ts';
import type { FutureLine, FutureReading, Futures } from './futures.ts';

/** Quantiles of a step, ascending. */
const FAN_SHARES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Where a reading lies: beyond the range of random directions on either side, or within it. */
export type Lean = 'positive' | 'negative' | 'none';

/** Of 100 readings of a random direction so many lie beyond the range on one side. */
export const CHANCE_SHARE = 0.05;

/** The readings of one step. */
export interface FanStep {
  /** Tokens after the beginning of the lines. */
  readonly after: number;
  /** Lines that have a reading there: those that ended before have none. */
  readonly n: number;
  /** 5, 25, 50, 75 and 95 %, linear between the two nearest readings. */
  readonly quantiles: readonly number[];
  /** Medians over the lines of the ends of the chance range. */
  readonly low: number;
  readonly high: number;
}

/** A share of lines with its 95 % interval. */
export interface LineShare {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  /** Wilson's. */
  readonly low: number;
  readonly high: number;
}

/** Where the lines are at their last reading. */
export interface FanEnd {
  readonly start: Lean;
  readonly leans: Readonly<Record<Lean, LineShare>>;
  /**
   * Lines that lean to the other side than the text did where they began; null where it leaned to neither, so that
   * there was nothing to turn from.
   */
  readonly turned: LineShare | null;
}

/** Where a reading lies. A reading without a number leans to neither side. */
export function leanOf({ score, low, high }: ShownReading): Lean {
  if (score > high) return 'positive';
  return score < low ? 'negative' : 'none';
}

/** The steps of a fan in order, from where all lines begin; nothing before the first reading. Readings without a number do not count. */
export function fanSteps({ start, lines }: Futures): FanStep[] {
  const byStep = new Map<number, FutureReading[]>();
  for (const reading of lines.flatMap(({ readings }) => readings)) {
    if (!Number.isFinite(reading.score)) continue;
    byStep.set(reading.after, [...(byStep.get(reading.after) ?? []), reading]);
  }
  const begin = start !== null && Number.isFinite(start.score) ? [stepOf(0, [start])] : [];
  const later = [...byStep].sort(([a], [b]) => a - b).map(([after, readings]) => stepOf(after, readings));
  return [...begin, ...later];
}

/** The steps that most lines have: a line that ends between two steps is read there alone, which is no distribution. */
export function commonSteps(steps: readonly FanStep[], every: number): FanStep[] {
  const last = steps.at(-1)?.after;
  return steps.filter(({ after, n }) => after % every === 0 || (after === last && n > 1));
}

/** Where the lines that have a reading end up; null where there is no beginning or no such line. */
export function fanEnd({ start, lines }: Futures): FanEnd | null {
  const last = lines.flatMap((line) => lastReading(line) ?? []);
  if (start === null || last.length === 0) return null;
  const from = leanOf(start);
  const count = (lean: Lean): number => last.filter((reading) => leanOf(reading) === lean).length;
  const share = (lean: Lean): LineShare => lineShare(count(lean), last.length);
  const other = { positive: 'negative', negative: 'positive', none: null } as const satisfies Record<Lean, Lean | null>;
  const opposite = other[from];
  return {
    start: from,
    leans: { positive: share('positive'), none: share('none'), negative: share('negative') },
    turned: opposite === null ? null : share(opposite),
  };
}

/** The last reading of a line that has a number; null where it has none. */
export function lastReading({ readings }: FutureLine): FutureReading | null {
  return readings.findLast(({ score }) => Number.isFinite(score)) ?? null;
}

/** A count of lines as a share with its interval; `of` is at least 1. */
export function lineShare(count: number, of: number): LineShare {
  const share = count / of;
  return { count, of, share, ...wilsonInterval(share, of) };
}

function stepOf(after: number, readings: readonly ShownReading[]): FanStep {
  const scores = readings.map(({ score }) => score);
  const median = (values: readonly number[]): number => quantile(values, 0.5);
  return {
    after,
    n: readings.length,
    quantiles: FAN_SHARES.map((share) => quantile(scores, share)),
    low: median(readings.map(({ low }) => low)),
    high: median(readings.map(({ high }) => high)),
  };
}
