/** How far the next words of two runs are apart, by column, as a Plotly figure: one way round upwards, the other downwards. Pure. */
import { INK, type Theme } from './colour.ts';
import { figureNumber } from './figure-scale.ts';
import { rangeOf } from './two-runs.ts';
import { alongLayout, evenAxis, SILENT_LINE, uprightLine } from './along.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { Coordinate, Figure, ScatterTrace, Shape } from './plotly-figure.ts';

/** What the chart shows. */
export interface DivergenceInput {
  /** KL(A ‖ B) and KL(B ‖ A) by column, in nats; NaN where the tokens are not the same. */
  readonly ab: ArrayLike<number>;
  readonly ba: ArrayLike<number>;
  /** Means of both over the columns that count; NaN where there are none. */
  readonly meanAb: number;
  readonly meanBa: number;
  /** Where the runs part, and the first column whose next words differ; null where there is none. */
  readonly parting: number | null;
  readonly first: number | null;
  readonly theme: Theme;
}

/** Height of the chart in CSS pixels. */
const DIVERGENCE_HEIGHT = 180;

/** Traces and layout of the figure. */
export function divergenceFigure({ ab, ba, meanAb, meanBa, parting, first, theme }: DivergenceInput): Figure {
  const { muted } = FIGURE_COLOURS[theme];
  const limit = limitOf([...Array.from(ab), ...Array.from(ba)]);
  const stems = (values: ArrayLike<number>, sign: 1 | -1): ScatterTrace => {
    const x: Coordinate[] = [];
    const y: Coordinate[] = [];
    for (let column = 0; column < values.length; column += 1) {
      const value = values[column] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      x.push(column, column, null);
      y.push(0, sign * value, null);
    }
    return {
      ...SILENT_LINE,
      x,
      y,
      line: { width: 2, color: sign > 0 ? INK[theme] : muted },
    };
  };
  const level = (value: number): Shape[] =>
    Number.isFinite(value)
      ? [
          {
            type: 'line',
            layer: 'above',
            xref: 'paper',
            yref: 'y',
            x0: 0,
            x1: 1,
            y0: value,
            y1: value,
            line: { width: 1.5, color: muted, dash: '6px,3px' },
          },
        ]
      : [];
  return {
    data: [stems(ab, 1), stems(ba, -1)],
    layout: alongLayout({
      theme,
      height: DIVERGENCE_HEIGHT,
      range: rangeOf(ab.length, 0),
      yaxis: evenAxis(limit, theme, { most: 6, write: (tick) => figureNumber(Math.abs(tick), 3) }),
      shapes: [
        ...(parting === null ? [] : [uprightLine(parting, 'dot', theme)]),
        ...(first === null || first === parting ? [] : [uprightLine(first, 'dash', theme)]),
        ...level(meanAb),
        ...level(-meanBa),
      ],
    }),
  };
}

/** A round number above all of them; a tenth of a nat where all are smaller. */
function limitOf(values: readonly number[]): number {
  const highest = values.filter(Number.isFinite).reduce((most, value) => Math.max(most, value), 0) * 1.05;
  if (highest <= 0.1) return 0.1;
  return highest >= 2 ? Math.ceil(highest) : Math.ceil(highest * 10) / 10;
}
