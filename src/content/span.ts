/** What was read in a chosen span, in words. */
import { BLOCK_DRAWS, FEWEST_VALUES } from '../stats/block-bootstrap.ts';
import type { SpanReading } from '../text/token-span.ts';
import { count, plural, signed, signedShort, spoken } from './numbers.ts';

/** The interval as it is shown, or why there is none, e.g. `[+0.210, +1.44]`. */
export function intervalShown({ interval, n }: SpanReading): string {
  if (interval !== null) return `[${signed(interval.low)}, ${signed(interval.high)}]`;
  return n === 0 ? 'no scores' : `too short for an interval (${FEWEST_VALUES} tokens)`;
}

/** How the interval was made, e.g. `95 % by moving blocks of 6 tokens, 2 000 resamples`. */
export function intervalMade({ interval, block }: SpanReading): string {
  return interval === null
    ? `an interval needs ${FEWEST_VALUES} tokens with a score`
    : `95 % by moving blocks of ${plural(block, 'token')}, ${count(BLOCK_DRAWS)} resamples`;
}

/** The range of random directions at the readouts of the span, e.g. `random −0.4 to +0.5`; nothing without readouts. */
export function spanRandom({ readouts }: SpanReading): string {
  return readouts.n === 0 ? '' : `random ${signedShort(readouts.low)} to ${signedShort(readouts.high)}`;
}

/** A span as it is announced. */
export function spanSpoken(reading: SpanReading): string {
  const { span, n, mean, interval, readouts } = reading;
  const between = interval === null ? '' : `, 95 percent interval ${spoken(interval.low)} to ${spoken(interval.high)}`;
  const inside =
    readouts.n === 0 ? 'no readings' : `${plural(readouts.n, 'reading')} with mean ${spoken(readouts.mean)}`;
  return `Tokens ${span.from} to ${span.to}: mean of ${plural(n, 'token')} ${spoken(mean)}${between}; ${inside}.`;
}

/** How a span is chosen, where none is. */
export const SPAN_HINT = 'Select text to average it; on a chart, drag along it; by keys, hold Shift.';

/** The announcement when a span is let go. */
export const SPAN_GONE = 'The span is let go.';
