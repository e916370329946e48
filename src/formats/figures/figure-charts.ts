/** The trajectory and the layer map of a figure, both on one axis of tokens. */
import { endLines, scaleHex, type Theme } from '../../charts/colour.ts';
import { READING_DOMAIN } from '../../reading/grain.ts';
import type { ByPole, Head } from '../../probe/heads.ts';
import type { TracePoint } from '../../reading/trace.ts';
import type { FigureColours } from '../../charts/figure-colours.ts';
import type { FigureData } from '../runs/figure-data.ts';
import { lozenge } from './figure-strip.ts';
import { coordinate, type Markup, type Part, svgText, tag } from '../../charts/svg.ts';

/** Room for the numbers of the upright axis. */
const LEFT = 52;
const HEIGHT = 180;
const ROW = 5;
/** The map draws no more columns than this; beyond, each column shows the token in its middle. */
const MOST_COLUMNS = 600;
/** Steps of the map's colours on each side of zero: one path a step keeps the file small. */
const STEPS = 24;

/** The readings along the text over their chance range; or the raw scores, with readings and the range of random directions behind each. */
export function figureTrajectory(data: FigureData, width: number, theme: Theme, colours: FigureColours): Part {
  const { cells, taps, domain, head, trace } = data;
  if (trace !== null) return readingTrajectory(trace, cells.length, endLines(theme, head), width, colours);
  const lines = endLines(theme, head);
  const limit = Math.ceil(
    1.05 *
      Math.max(
        domain,
        3,
        ...taps
          .flatMap((tap) => [tap.score, tap.low, tap.high])
          .filter(Number.isFinite)
          .map(Math.abs),
      ),
  );
  const x = xOf(cells.length, width);
  const y = (value: number): number => (HEIGHT / 2) * (1 - Math.max(-1, Math.min(1, value / limit)));
  const markup = scoreAxis(limit, y, width, colours);
  for (const [side, colour] of [
    [1, lines.positive],
    [-1, lines.negative],
  ] as const) {
    markup.push(
      tag('path', {
        d: area(
          cells.map((cell) => cell.value),
          side,
          x,
          y,
        ),
        fill: colour,
        'fill-opacity': 0.25,
        stroke: colour,
        'stroke-width': 1,
      }),
    );
  }
  for (const tap of taps)
    if (Number.isFinite(tap.low) && Number.isFinite(tap.high))
      markup.push(
        tag('path', {
          d: `M${coordinate(x(tap.afterToken))} ${coordinate(y(tap.low))}V${coordinate(y(tap.high))}`,
          stroke: colours.band,
          'stroke-width': 7,
        }),
      );
  const drawn = taps.filter((tap) => Number.isFinite(tap.score));
  if (drawn.length > 1)
    markup.push(
      tag('path', {
        d: drawn
          .map((tap, index) => `${index === 0 ? 'M' : 'L'}${coordinate(x(tap.afterToken))} ${coordinate(y(tap.score))}`)
          .join(''),
        stroke: colours.ink,
        'stroke-width': 1.5,
        fill: 'none',
      }),
    );
  for (const tap of drawn)
    markup.push(
      lozenge(
        x(tap.afterToken),
        y(tap.score),
        6,
        tap.inside ? null : tap.score > 0 ? lines.positive : lines.negative,
        colours,
      ),
    );
  return { markup: [...markup, ...tokenAxis(cells.length, width, HEIGHT, colours)], height: HEIGHT + 36 };
}

/** One line through the readings, coloured points at the ends of sentences, and the chance range as an area behind them. */
function readingTrajectory(
  trace: readonly TracePoint[],
  tokens: number,
  lines: ByPole<string>,
  width: number,
  colours: FigureColours,
): Part {
  const points = trace.filter(({ score }) => Number.isFinite(score));
  const limit = Math.ceil(
    1.05 *
      Math.max(
        READING_DOMAIN,
        ...points
          .flatMap(({ score, low, high }) => [score, low, high])
          .filter(Number.isFinite)
          .map(Math.abs),
      ),
  );
  const x = xOf(tokens, width);
  const y = (value: number): number => (HEIGHT / 2) * (1 - Math.max(-1, Math.min(1, value / limit)));
  const at = (token: number, value: number): string => `${coordinate(x(token))} ${coordinate(y(value))}`;
  const range = points.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const markup: Markup[] = [];
  if (range.length > 1)
    markup.push(
      tag('path', {
        d: `M${[...range.map(({ afterToken, high }) => at(afterToken, high)), ...range.toReversed().map(({ afterToken, low }) => at(afterToken, low))].join('L')}z`,
        fill: colours.band,
        'fill-opacity': 0.4,
      }),
    );
  markup.push(...scoreAxis(limit, y, width, colours));
  if (points.length > 1)
    markup.push(
      tag('path', {
        d: `M${points.map(({ afterToken, score }) => at(afterToken, score)).join('L')}`,
        stroke: colours.ink,
        'stroke-width': 1.5,
        fill: 'none',
      }),
    );
  for (const { afterToken, score, stand } of points)
    if (stand === 'sentence')
      markup.push(
        tag('circle', {
          cx: coordinate(x(afterToken)),
          cy: coordinate(y(score)),
          r: 4,
          fill: score > 0 ? lines.positive : lines.negative,
          stroke: colours.paper,
          'stroke-width': 1,
        }),
      );
  return { markup: [...markup, ...tokenAxis(tokens, width, HEIGHT, colours)], height: HEIGHT + 36 };
}

/** Lines and numbers of the upright axis. */
function scoreAxis(limit: number, y: (value: number) => number, width: number, colours: FigureColours): Markup[] {
  const step = [1, 2, 5, 10, 20, 50].find((size) => limit / size <= 4) ?? 100;
  const ticks = Array.from(
    { length: 2 * Math.floor(limit / step) + 1 },
    (_, index) => (index - Math.floor(limit / step)) * step,
  );
  return [
    ...ticks.map((tick) =>
      tag('path', {
        d: `M${LEFT} ${coordinate(y(tick))}H${width}`,
        stroke: tick === 0 ? colours.muted : colours.hairline,
        fill: 'none',
      }),
    ),
    ...ticks.map((tick) =>
      svgText(LEFT - 8, y(tick) + 4, tick === 0 ? 'neutral' : signed(tick), {
        'text-anchor': 'end',
        'font-size': 11,
        fill: colours.muted,
      }),
    ),
  ];
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
          width: width - LEFT,
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
  return (token) => LEFT + ((token + 0.5) / Math.max(1, tokens)) * (width - LEFT);
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
    svgText(width, top + 29, 'token', { 'text-anchor': 'end', 'font-size': 11, fill: colours.muted }),
  ];
}

/** The part of a line that lies on one side of zero, filled to zero, with the exact crossings. */
function area(
  values: readonly number[],
  side: 1 | -1,
  x: (token: number) => number,
  y: (value: number) => number,
): string {
  let d = '';
  let open = false;
  const point = (token: number, value: number): string => `${coordinate(x(token))} ${coordinate(y(value))}`;
  for (let token = 0; token <= values.length; token += 1) {
    const value = values[token] ?? Number.NaN;
    const before = values[token - 1] ?? Number.NaN;
    const inside = value * side > 0;
    const crossing = before * value < 0 ? token - 1 + before / (before - value) : null;
    if (inside && !open) d += `M${point(crossing ?? token, 0)}L${point(token, value)}`;
    else if (inside) d += `L${point(token, value)}`;
    else if (open) d += `L${point(crossing ?? token - 1, 0)}z`;
    open = inside;
  }
  return d === '' ? 'M0 0' : d;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value)}`;
}
