/** Estimates and contrasts as a report can hold them. */
import type { Contrast, Measure, RopeReading } from '../experiment-types.ts';
import { detectableBy } from '../../stats/power.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { ropeReading } from '../rope.ts';
import { standardDeviation } from '../../stats/stats.ts';

/** The estimate, or 0 with a note where there is no number: JSON has none for it. Half an interval is none. */
export function solid(estimate: Estimate): Estimate {
  if (!Number.isFinite(estimate.value))
    return {
      value: 0,
      low: null,
      high: null,
      n: estimate.n,
      note: 'not measurable here: there is nothing to divide by',
    };
  const { low, high } = estimate;
  return low !== null && high !== null && Number.isFinite(low) && Number.isFinite(high)
    ? estimate
    : { ...estimate, low: null, high: null };
}

/** What a contrast is made of. */
export interface ContrastParts {
  readonly id: string;
  readonly says: string;
  readonly unit: string;
  readonly estimate: Estimate;
  readonly p: number | null;
  readonly null: string;
  readonly rope?: readonly [low: number, high: number];
  /** Of the statistic that `estimate` is, for the smallest effect that this many units find. */
  readonly standardError: number;
}

/** A contrast whose p is not yet corrected. */
export function contrast({ id, says, unit, estimate, p, null: told, rope, standardError }: ContrastParts): Contrast {
  const kept = solid(estimate);
  const reading: RopeReading | null = rope === undefined ? null : ropeReading(kept, rope);
  const smallest = detectableBy(standardError, kept.n - 1);
  return {
    id,
    says,
    unit,
    estimate: kept,
    p: p !== null && Number.isFinite(p) ? p : null,
    pHolm: null,
    null: told,
    rope: rope ?? null,
    reading,
    detectable: Number.isFinite(smallest) ? smallest : null,
  };
}

/** The standard error of a mean of one value a unit. */
export function errorOfMean(values: readonly number[]): number {
  return standardDeviation(values, 'sample') / Math.sqrt(values.length);
}

/** A number that stands beside. */
export function measure(id: string, says: string, unit: string, estimate: Estimate): Measure {
  return { id, says, unit, estimate: solid(estimate) };
}

/** A number without an interval, over `n` units. */
export function bare(value: number, n: number, note: string): Estimate {
  return { value, low: null, high: null, n, note };
}

/** `0.98 [0.91, 1.06]`, or the value with the reason why it has no interval. */
export function told({ value, low, high, note }: Estimate, digits = 2): string {
  if (low === null || high === null) return `${value.toFixed(digits)} (${note ?? 'no interval'})`;
  return `${value.toFixed(digits)} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}
