/** The axes of a grid of cells: one name a row or column, and no numbers of their own. Pure. */
import type { Theme } from '../colour.ts';
import { FIGURE_COLOURS } from '../figure-colours.ts';
import { commonLayout } from '../looks.ts';
import type { Axis, Layout } from '../plotly-figure.ts';
import { plotlyText } from '../text.ts';

/** Height of a row in CSS pixels, and the size of the letters. */
const ROW = 24;
const LETTERS = 11;
/** Room around the cells: names of layers to the left, words and the axis' name below. */
const MARGIN = { l: 44, r: 12, t: 12, b: 48, pad: 0 } as const;

/** What stands beside the cells. */
export interface GridNames {
  readonly theme: Theme;
  /** Left to right, and from the bottom up. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** Width of a cell in CSS pixels. */
  readonly cell: number;
  /** What the columns are, below them. */
  readonly across: string;
}

/** The layout of a grid whose columns and rows are counted from 0. */
export function gridLayout({ theme, columns, rows, cell, across }: GridNames): Layout {
  const { muted, ink } = FIGURE_COLOURS[theme];
  const axis = (names: readonly string[]): Axis => ({
    range: [-0.5, Math.max(1, names.length) - 0.5],
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    ticks: '',
    tickvals: names.map((_, index) => index),
    ticktext: names.map(plotlyText),
    tickfont: { size: LETTERS, color: muted },
  });
  return {
    ...commonLayout(theme),
    width: MARGIN.l + MARGIN.r + Math.max(1, columns.length) * cell,
    height: MARGIN.t + MARGIN.b + Math.max(1, rows.length) * ROW,
    margin: MARGIN,
    xaxis: { ...axis(columns), title: { text: plotlyText(across), font: { size: 12, color: ink }, standoff: 8 } },
    yaxis: axis(rows),
    showlegend: false,
  };
}

/** A window of at most `most` places around one, from `first` to before `end`. */
export function windowAround(
  place: number,
  count: number,
  most: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.min(count - most, place - Math.floor(most / 2)));
  return { first, end: Math.min(count, first + most) };
}
