/**
 * The grid of the lens as a Plotly figure: tokens across, layers up, in each cell the likeliest next word, darker where it is likelier.
 * Gold: from this layer on, the final word is the first choice. Pure.
 */
import { cellOf } from '../../lens/lens-cell.ts';
import type { LensReading } from '../../lens/lens.ts';
import { sureFrom } from '../../lens/sure-from.ts';
import { shownText, visibleToken } from '../../text/visible-text.ts';
import { fitWords } from '../../text/wrap-words.ts';
import type { Theme } from '../../charts/colour.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import type { Figure, HeatmapTrace } from '../../charts/plotly-figure.ts';
import { plotlyText } from '../../charts/text.ts';
import { gridLayout, windowAround } from '../../charts/grids/grid-axis.ts';

/** Columns of the figure at most; all of them stand in the table. */
export const LENS_COLUMNS = 12;
const CELL = 72;
const CHARACTERS = 10;
/** The page's gold of a settled word, faint and full. */
const GOLD: Readonly<Record<Theme, readonly [string, string]>> = {
  light: ['#faf3d8', '#f3e2a4'],
  dark: ['#2f2913', '#483c12'],
};

/** What is drawn: the tokens around one, and the layers from the place `lowest` of those that were read. */
export interface LensWindow {
  readonly token: number;
  readonly lowest: number;
  readonly theme: Theme;
}

/** The figure. */
export function lensFigure(lens: LensReading, { token, lowest, theme }: LensWindow): Figure<HeatmapTrace> {
  const { first, end } = windowAround(token, lens.tokens.length, LENS_COLUMNS);
  const tokens = Array.from({ length: end - first }, (_, column) => first + column);
  const rows = lens.layers.map((layer, index) => ({ layer, index })).slice(lowest);
  const sure = tokens.map((one) => sureFrom(lens, one));
  const { paper, band, ink } = FIGURE_COLOURS[theme];
  const cells = <T>(of: (one: number, index: number, column: number) => T): T[][] =>
    rows.map(({ index }) => tokens.map((one, column) => of(one, index, column)));
  const layer = (settled: boolean, colours: readonly [string, string]): HeatmapTrace => {
    const here = (index: number, column: number): boolean => index >= (sure[column] ?? Infinity) === settled;
    return {
      type: 'heatmap',
      x: tokens.map((_, column) => column),
      y: rows.map((_, row) => row),
      z: cells((one, index, column) => (here(index, column) ? cellOf(lens, one, index).probability : null)),
      zmin: 0,
      zmax: 1,
      colorscale: [
        [0, colours[0]],
        [1, colours[1]],
      ],
      showscale: false,
      text: cells((one, index, column) =>
        here(index, column) ? plotlyText(fitWords(visibleToken(cellOf(lens, one, index).text), CHARACTERS)) : '',
      ),
      texttemplate: '%{text}',
      textfont: { size: 11, color: ink },
      hovertext: cells((one, index) => plotlyText(says(lens, one, index))),
      hoverinfo: 'text',
      xgap: 1,
      ygap: 1,
    };
  };
  return {
    data: [layer(false, [paper, band]), layer(true, GOLD[theme])],
    layout: gridLayout({
      theme,
      columns: tokens.map((one) => fitWords(visibleToken(lens.tokens[one]?.text ?? ''), CHARACTERS)),
      rows: rows.map((row) => String(row.layer)),
      cell: CELL,
      across: 'after this token of the text; layers upwards',
    }),
  };
}

function says(lens: LensReading, token: number, index: number): string {
  const { text, probability } = cellOf(lens, token, index);
  return `after ${shownText(lens.tokens[token]?.text ?? '')}, layer ${lens.layers[index] ?? 0}: ${shownText(text)}, ${(100 * probability).toPrecision(3)} %`;
}
