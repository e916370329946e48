/** The trajectory and the layer map of a figure, both on one axis of tokens. */
import { MARGIN } from '../../charts/along.ts';
import { scaleHex, type Theme } from '../../charts/colour.ts';
import type { Head } from '../../probe/heads.ts';
import { readingFigure } from '../../charts/readings.ts';
import type { Figure } from '../../charts/plotly-figure.ts';
import { renderSvg } from '../../charts/render-svg.ts';
import { trajectoryFigure } from '../../charts/trajectory.ts';
import type { FigureColours } from '../../charts/figure-colours.ts';
import type { FigureData } from '../runs/figure-data.ts';
import { coordinate, type Markup, type Part, svgText, tag } from '../../charts/svg.ts';

/** Room for the names of layers; the trajectory above has as much for its numbers. */
const LEFT = MARGIN.left;
const ROW = 5;
/** The map draws no more columns than this; beyond, each column shows the token in its middle. */
const MOST_COLUMNS = 600;
/** Steps of the map's colours on each side of zero: one path a step keeps the file small. */
const STEPS = 24;

/** The readings along the text over their chance range; or the raw scores, with readings and the range of random directions behind each. */
export function trajectoryOf(
  { cells, readouts, domain, head, trace }: FigureData,
  width: number,
  theme: Theme,
): Figure {
  const range = { from: -0.5, to: Math.max(1, cells.length) - 0.5 };
  const { data, layout } =
    trace === null
      ? trajectoryFigure({
          trace,
          raw: null,
          series: cells.map(({ value }) => value),
          alone: null,
          wordless: null,
          lines: null,
          readouts: readouts.filter(({ score }) => Number.isFinite(score)),
          range,
          domain,
          head,
          theme,
        })
      : readingFigure({ trace, raw: null, range, head, theme });
  return { data, layout: { ...layout, width } };
}

/** The same as a picture. */
export function figureTrajectory(data: FigureData, width: number, theme: Theme): Part {
  return renderSvg(trajectoryOf(data, width, theme));
}

/** Every layer along the text, each on its own scale. */
export function figureMap(
  { cells, at, head }: FigureData,
  layers: number,
  layer: number,
  width: number,
  theme: Theme,
  colours: FigureColours,
): Part {
  const x = xOf(cells.length, width);
  const columns = Math.min(cells.length, MOST_COLUMNS);
  const tokenAt = (column: number): number => Math.floor(((column + 0.5) * cells.length) / columns);
  const edge = (column: number): number => x((column * cells.length) / columns - 0.5);
  const paths = new Map<string, string>();
  for (let row = 0; row < layers; row += 1) {
    const top = (layers - 1 - row) * ROW;
    for (let column = 0; column < columns;) {
      const fill = colourAt(at(tokenAt(column), row), theme, head);
      const start = column;
      do column += 1;
      while (column < columns && colourAt(at(tokenAt(column), row), theme, head) === fill);
      paths.set(
        fill,
        `${paths.get(fill) ?? ''}M${coordinate(edge(start))} ${top}H${coordinate(edge(column))}v${ROW}H${coordinate(edge(start))}z`,
      );
    }
  }
  const height = layers * ROW;
  const markup = [...paths].map(([fill, d]) => tag('path', { d, fill, 'shape-rendering': 'crispEdges' }));
  for (const shown of new Set([0, layer, layers - 1])) {
    const middle = (layers - 1 - shown) * ROW + ROW / 2;
    // Names of layers that lie close would stand on one another; the chosen one stays.
    if (shown === layer || Math.abs(shown - layer) > 2)
      markup.push(
        svgText(LEFT - 8, middle + 4, shown === 0 ? 'words' : `layer ${shown}`, {
          'text-anchor': 'end',
          'font-size': 11,
          fill: shown === layer ? colours.ink : colours.muted,
        }),
      );
    if (shown === layer)
      markup.push(
        tag('rect', {
          x: LEFT,
          y: middle - ROW / 2,
          width: width - LEFT - MARGIN.right,
          height: ROW,
          fill: 'none',
          stroke: colours.ink,
          'stroke-width': 0.8,
        }),
      );
  }
  return { markup: [...markup, ...tokenAxis(cells.length, width, height, colours)], height: height + 36 };
}

function colourAt(t: number, theme: Theme, head: Head): string {
  return Number.isFinite(t) ? scaleHex(Math.round(t * STEPS) / STEPS, theme, head) : 'url(#hatch)';
}

/** Where a token's middle lies. */
function xOf(tokens: number, width: number): (token: number) => number {
  return (token) => LEFT + ((token + 0.5) / Math.max(1, tokens)) * (width - LEFT - MARGIN.right);
}

function tokenAxis(tokens: number, width: number, top: number, colours: FigureColours): Markup[] {
  const x = xOf(tokens, width);
  const step = [10, 20, 50, 100, 200, 500, 1000, 2000].find((size) => tokens / size <= 10) ?? 5000;
  const ticks = Array.from({ length: Math.floor(Math.max(0, tokens - 1) / step) + 1 }, (_, index) => index * step);
  return [
    ...ticks.flatMap((tick) => [
      tag('path', { d: `M${coordinate(x(tick))} ${top}v4`, stroke: colours.muted }),
      svgText(x(tick), top + 16, String(tick), { 'text-anchor': 'middle', 'font-size': 11, fill: colours.muted }),
    ]),
    svgText(width - MARGIN.right, top + 29, 'token', { 'text-anchor': 'end', 'font-size': 11, fill: colours.muted }),
  ];
}
