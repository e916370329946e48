/** The grid of patches as a Plotly figure: tokens of B across, layers up, in each cell how far its patch moves the choice. Pure. */
import { patchCell, patchDomain, type PatchReport } from '../../steering/patching.ts';
import { visibleToken } from '../../text/visible-text.ts';
import { fitWords } from '../../text/wrap-words.ts';
import type { Theme } from '../colour.ts';
import { FIGURE_COLOURS } from '../figure-colours.ts';
import { figureNumber } from '../figure-scale.ts';
import type { Figure, HeatmapTrace } from '../plotly-figure.ts';
import { plotlyText } from '../text.ts';
import { gridLayout, windowAround } from './grid-axis.ts';
import { waysHex } from './two-ways.ts';

/** Columns of the figure at most; all of them stand in the table. */
export const PATCH_COLUMNS = 24;
const CELL = 56;
const CHARACTERS = 8;
/** Stops of the colours. */
const STOPS = 8;

/** The figure around a column of the grid. */
export function patchFigure(
  report: PatchReport,
  { column, theme }: { readonly column: number; readonly theme: Theme },
): Figure<HeatmapTrace> {
  const { first, end } = windowAround(column, report.pairs.length, PATCH_COLUMNS);
  const columns = Array.from({ length: end - first }, (_, index) => first + index);
  const domain = patchDomain(report);
  const word = (at: number): string => visibleToken(report.b.tokens[report.pairs[at]?.b ?? 0] ?? '');
  const cells = <T>(of: (row: number, column: number) => T): T[][] =>
    report.streams.map((_, row) => columns.map((one) => of(row, one)));
  return {
    data: [
      {
        type: 'heatmap',
        x: columns.map((_, index) => index),
        y: report.streams.map((_, row) => row),
        z: cells((row, one) => finite(patchCell(report, row, one).effect)),
        zmin: -domain,
        zmax: domain,
        colorscale: Array.from({ length: STOPS + 1 }, (_, stop) => [
          stop / STOPS,
          waysHex((2 * stop) / STOPS - 1, theme),
        ]),
        showscale: false,
        text: cells((row, one) => {
          const { share, effect } = patchCell(report, row, one);
          if (!Number.isFinite(effect)) return '';
          return figureNumber(Number.isFinite(share) ? Math.round(100 * share) : Math.round(10 * effect) / 10);
        }),
        texttemplate: '%{text}',
        textfont: { size: 11, color: FIGURE_COLOURS[theme].ink },
        hovertext: cells((row, one) => {
          const { stream, pair, effect } = patchCell(report, row, one);
          return plotlyText(`layer ${stream}, token ${pair.b} (${word(one)}): ${figureNumber(effect, 3)} nats`);
        }),
        hoverinfo: 'text',
        xgap: 1,
        ygap: 1,
      },
    ],
    layout: gridLayout({
      theme,
      columns: columns.map((one) => fitWords(word(one), CHARACTERS)),
      rows: report.streams.map(String),
      cell: CELL,
      across: 'token of B; layers upwards',
    }),
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
