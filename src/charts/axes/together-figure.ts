/**
 * Which axes move together, as a Plotly figure: a triangle of marks, one a pair. A mark points up where two axes go together and down
 * where they go opposite ways; it is filled where the interval leaves out 0, and as wide as the correlation is strong. Pure.
 */
import type { AxisHead } from '../../reading/axes/axes.ts';
import { axisName, pairWords, signed } from '../../reading/axes/axes-words.ts';
import { type AxisPair, moves } from '../../reading/axes/together.ts';
import { SILENT } from '../along.ts';
import { INK, type Theme } from '../colour.ts';
import { FIGURE_COLOURS } from '../figure-colours.ts';
import { commonLayout } from '../looks.ts';
import type { Annotation, Axis, Figure, ScatterTrace } from '../plotly-figure.ts';
import { plotlyText } from '../text.ts';
import { shownText } from '../../text/visible-text.ts';
import { fitWords } from '../../text/wrap-words.ts';

/** What the figure shows. */
export interface TogetherInput {
  readonly axes: readonly AxisHead[];
  readonly pairs: readonly AxisPair[];
  readonly theme: Theme;
  /** In CSS pixels. */
  readonly width: number;
}

/** Room for names to the left and right in CSS pixels, and the most characters of a name. */
const SIDE = 84;
const NAME = 11;
const EDGE = 8;
/** Size of a square in CSS pixels, at least and at most. */
const SQUARE = { least: 30, most: 96 } as const;
/** Height of a row in CSS pixels, at most. */
const ROW = 64;
/** A square that is wide enough for an interval, and one for a number with its zero. */
const ROOMY = 88;
const FAIR = 40;

/** The widest that the figure of so many axes can be, in CSS pixels. */
export function togetherWidth(axes: number): number {
  return 2 * SIDE + Math.max(1, axes - 1) * SQUARE.most;
}

/** The figure. */
export function togetherFigure({ axes, pairs, theme, width }: TogetherInput): Figure {
  const { muted, paper, ink } = FIGURE_COLOURS[theme];
  const count = Math.max(1, axes.length - 1);
  const square = Math.max(SQUARE.least, Math.min(SQUARE.most, Math.floor((width - 2 * SIDE) / count)));
  const names = axes.map(({ axis }) => plotlyText(fitWords(shownText(axisName(axis)), NAME)));
  const axis = (range: readonly [number, number]): Axis => ({
    range,
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    ticks: '',
    tickvals: [],
    ticktext: [],
    tickfont: { size: 11, color: muted },
  });
  return {
    data: pairs.map((pair): ScatterTrace => {
      const strength = Math.abs(pair.correlation?.value ?? 0);
      const sure = moves(pair) !== 'neither';
      return {
        ...SILENT,
        mode: 'markers',
        cliponaxis: false,
        x: [pair.a],
        y: [-pair.b + 0.14],
        hoverinfo: 'text',
        hovertext: [plotlyText(pairWords(pair, axes))],
        marker: {
          symbol: pair.correlation === null ? 'x-thin' : pair.correlation.value < 0 ? 'triangle-down' : 'triangle-up',
          size: 5 + strength * square * 0.4,
          color: sure ? INK[theme] : paper,
          line: { width: 1.2, color: sure ? paper : muted },
        },
      };
    }),
    layout: {
      ...commonLayout(theme),
      width: 2 * SIDE + count * square,
      height: 2 * EDGE + (count + 1) * Math.min(square, ROW),
      margin: { l: SIDE, r: SIDE, t: EDGE, b: EDGE, pad: 0 },
      xaxis: axis([-0.5, count - 0.5]),
      // The first axis has no mark to its left; its row holds the name of the first column, as every row holds that of the next.
      yaxis: { ...axis([-count - 0.5, 0.5]), tickvals: axes.map((_, row) => -row), ticktext: ['', ...names.slice(1)] },
      annotations: [
        ...pairs.map((pair): Annotation => ({
          text: numbers(pair, square),
          xref: 'x',
          yref: 'y',
          x: pair.a,
          y: -pair.b - 0.14,
          xanchor: 'center',
          yanchor: 'top',
          align: 'center',
          showarrow: false,
          font: { size: 10, color: moves(pair) === 'neither' ? muted : ink },
        })),
        ...names.slice(0, -1).map((name, column): Annotation => ({
          text: `↓ ${name}`,
          xref: 'x',
          yref: 'y',
          x: column,
          y: -column,
          xanchor: 'left',
          yanchor: 'middle',
          xshift: -4,
          align: 'left',
          showarrow: false,
          font: { size: 11, color: muted },
        })),
      ],
      showlegend: false,
      hovermode: 'closest',
    },
  };
}

/** As much of the numbers as a square has room for; all of them stand in the table. */
function numbers({ correlation }: AxisPair, square: number): string {
  if (correlation === null) return 'too few';
  const { value, low, high } = correlation;
  if (square < FAIR) return signed(value).replace('0.', '.');
  return `${signed(value)}${square < ROOMY ? '' : `<br>${signed(low)} to ${signed(high)}`}`;
}
