/** A figure in words and as a table: everything that is drawn can also be read. */
import type { Cell } from '../base/csv.ts';
import type { ExperimentFigure, FigurePanel, FigurePoint, FigureSeries } from './figure.ts';
import { figureNumber } from './figure-scale.ts';

/** A point as a sentence, e.g. `author, layer 20: 0.62, interval 0.51 to 0.72; chosen beforehand`. */
export function pointWords(
  { x: { label } }: Pick<FigurePanel, 'x'>,
  { name }: Pick<FigureSeries, 'name'>,
  { x, y, low, high, label: says }: FigurePoint,
): string {
  const where = typeof x === 'string' ? x : `${label} ${figureNumber(x)}`;
  const interval =
    low === undefined || high === undefined ? '' : `, interval ${figureNumber(low)} to ${figureNumber(high)}`;
  return `${name}, ${where}: ${figureNumber(y)}${interval}${says === undefined ? '' : `; ${says}`}`;
}

/** What the key of a panel says about what is no series: lines and bands, with their numbers. */
export function referenceWords({ lines = [], bands = [] }: Pick<FigurePanel, 'lines' | 'bands'>): {
  readonly lines: readonly string[];
  readonly bands: readonly string[];
} {
  return {
    lines: lines.map(({ at, says }) => `at ${figureNumber(at)}: ${says}`),
    bands: bands.map(
      ({ from, to, says }) => `${figureNumber(Math.min(from, to))} to ${figureNumber(Math.max(from, to))}: ${says}`,
    ),
  };
}

/** Columns of {@link figureRows}. */
export const FIGURE_COLUMNS = ['panel', 'series', 'x', 'y', 'low', 'high', 'what'] as const;

/** Every point of a figure as a row of a table; what a point lacks is null. */
export function figureRows({ panels }: ExperimentFigure): Cell[][] {
  return panels.flatMap(({ title, series }) =>
    series.flatMap(({ name, points }) =>
      points.map(({ x, y, low, high, label }): Cell[] => [title, name, x, y, low ?? null, high ?? null, label ?? null]),
    ),
  );
}
