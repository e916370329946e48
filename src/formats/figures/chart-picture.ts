/** A chart of the page as files: a picture that stands alone, Plotly's figure, and its numbers as a table. Pure. */
import { type Cell, csv } from '../../base/csv.ts';
import type { Theme } from '../../charts/colour.ts';
import { FIGURE_COLOURS } from '../../charts/figure-colours.ts';
import { figureFile } from '../../charts/figure-file.ts';
import { FIGURE_COLUMNS, figureRows } from '../../charts/figure-words.ts';
import type { FigurePanel } from '../../charts/figure.ts';
import { keyOf } from '../../charts/key.ts';
import { panelFigure } from '../../charts/panel.ts';
import type { Figure, Trace } from '../../charts/plotly-figure.ts';
import { renderSvg } from '../../charts/render-svg.ts';
import { type Part, svgText } from '../../charts/svg.ts';
import { shownText } from '../../text/visible-text.ts';
import { wrapWords } from '../../text/wrap-words.ts';
import { captionLines, chartWithKey, FIGURE_WIDTH, INSIDE_WIDTH, pictureFile } from './picture.ts';

/** What is drawn, and what is said of it. */
export interface ChartPicture {
  /** Begins the names of its files, and names its table, e.g. `auroc-by-layer`. */
  readonly name: string;
  readonly title: string;
  /** What is seen, with unit, n and what made it. */
  readonly caption: string;
  /** The figure on so many CSS pixels, or as wide as it must be. */
  readonly figure: (size: { readonly theme: Theme; readonly width: number }) => Figure<Trace>;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Width of a plot beside its key, and characters of the title that fit a line. */
const PLOT = 620;
const TITLE_CHARACTERS = 76;

/** A chart that is a panel: its points are its table. */
export function panelPicture(name: string, panel: FigurePanel, caption: string): ChartPicture {
  return {
    name,
    title: panel.title,
    caption,
    figure: (size) => panelFigure({ ...panel, title: '' }, size),
    header: FIGURE_COLUMNS,
    rows: figureRows({ caption, panels: [panel] }),
  };
}

/** The chart as a whole SVG file. */
export function chartSvg({ title, caption, figure }: ChartPicture, theme: Theme): string {
  const beside = figure({ theme, width: PLOT });
  const alone = keyOf(beside).length === 0;
  const plot = alone ? figure({ theme, width: INSIDE_WIDTH }) : beside;
  const name = shownText(title);
  const parts: readonly Part[] = [
    ...wrapWords(name, TITLE_CHARACTERS).map((line) => ({
      markup: [svgText(0, 20, line, { 'font-size': 20, 'font-weight': 600, fill: FIGURE_COLOURS[theme].ink })],
      height: 28,
    })),
    { markup: [], height: 8 },
    alone ? renderSvg(plot) : chartWithKey(plot, PLOT, theme),
    { markup: [], height: 8 },
    ...captionLines(caption, theme),
  ];
  return pictureFile(parts, {
    theme,
    title: name,
    desc: shownText(caption),
    width: Math.max(FIGURE_WIDTH, alone ? plot.layout.width + FIGURE_WIDTH - INSIDE_WIDTH : 0),
  });
}

/** The chart as Plotly's JSON, which plotly.js and Python's plotly open; its caption is in `layout.meta`. */
export function chartJson({ title, caption, figure }: ChartPicture, theme: Theme): string {
  return figureFile(figure({ theme, width: FIGURE_WIDTH }), `${title}. ${caption}`);
}

/** The numbers as CSV. */
export function chartCsv({ header, rows }: ChartPicture): string {
  return csv(header, rows);
}
