/**
 * Which axes of a text move together: the correlation of their changes from one reading to the next. Levels would not do: two
 * readings that each drift along a text correlate though neither has to do with the other (docs/decisions/0037).
 */
import { type SeriesCorrelation, seriesCorrelation } from '../../stats/series-correlation.ts';
import type { AxesReading } from './axes.ts';

/** Two axes by their places among the axes. */
export interface AxisPair {
  readonly a: number;
  readonly b: number;
  /** Changes of both from one place to the next. */
  readonly n: number;
  /** Null where the changes are too few. */
  readonly correlation: SeriesCorrelation | null;
}

/** Every pair of axes, `a` before `b`, of readings in the order of the text: raw readings, of the places where both axes have one. */
export function axesTogether(readings: readonly AxesReading[], axes: readonly unknown[]): readonly AxisPair[] {
  const scores = axes.map((_, index) => readings.map((reading) => reading.axes[index]?.score ?? NaN));
  return scores.flatMap((first, a) =>
    scores.slice(a + 1).map((second, index): AxisPair => {
      const both = first.flatMap((value, at): readonly [number, number][] => {
        const other = second[at] ?? NaN;
        return Number.isFinite(value) && Number.isFinite(other) ? [[value, other]] : [];
      });
      const changes = (of: 0 | 1): number[] => both.slice(1).map((pair, at) => pair[of] - (both[at]?.[of] ?? NaN));
      return {
        a,
        b: a + 1 + index,
        n: Math.max(0, both.length - 1),
        correlation: seriesCorrelation(changes(0), changes(1)),
      };
    }),
  );
}

/** Whether a pair moves together, apart, or neither: by an interval that leaves out 0. */
export function moves({ correlation }: AxisPair): 'together' | 'apart' | 'neither' {
  if (correlation === null) return 'neither';
  return correlation.low > 0 ? 'together' : correlation.high < 0 ? 'apart' : 'neither';
}
