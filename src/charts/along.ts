/** What charts along a text share: margins, axes, upright lines, areas, looks. A step of the lower axis is a token, column or sentence. */
import type { ByPole } from '../probe/heads.ts';
import type { Theme } from './colour.ts';
import { figureNumber, ticksBetween } from './figure-scale.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { Axis, Coordinate, Layout, ScatterTrace, Shape } from './plotly-figure.ts';
import { SANS, seeThrough } from './looks.ts';

/** Room around the plot in CSS pixels; left and right are those of the layer map, so that both share one axis. */
export const MARGIN = { left: 44, right: 12, top: 8, bottom: 28 } as const;

/** Width where nobody says another, in CSS pixels; the page stretches it. */
const WIDTH = 720;

/** What no trace along a text has: a label under the pointer, or a name in a legend; the page has keys of its own. */
export const SILENT = { type: 'scatter', hoverinfo: 'skip', showlegend: false } as const;
export const SILENT_LINE = { ...SILENT, mode: 'lines' } as const;

/** What a chart is made of. */
export interface Along {
  readonly theme: Theme;
  readonly height: number;
  /** The lower axis, from its left to its right end. */
  readonly range: readonly [number, number];
  readonly yaxis: Axis;
  /** An axis below the first, with a part of the height. */
  readonly yaxis2?: Axis;
  readonly shapes?: readonly Shape[];
}

/** The layout of a chart along a text. */
export function alongLayout({ theme, height, range, yaxis, yaxis2, shapes }: Along): Layout {
  const { muted, hairline, paper } = FIGURE_COLOURS[theme];
  const ticks = ticksBetween(range[0], range[1], 8).filter(Number.isInteger);
  return {
    width: WIDTH,
    height,
    margin: { l: MARGIN.left, r: MARGIN.right, t: MARGIN.top, b: MARGIN.bottom, pad: 0 },
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    font: { family: SANS, size: 11, color: muted },
    xaxis: {
      range,
      anchor: yaxis2 === undefined ? 'y' : 'y2',
      fixedrange: true,
      showgrid: false,
      zeroline: false,
      ticks: 'outside',
      ticklen: 4,
      tickcolor: hairline,
      tickvals: ticks,
      ticktext: ticks.map(String),
    },
    yaxis,
    ...(yaxis2 === undefined ? {} : { yaxis2 }),
    shapes: shapes ?? [],
    hovermode: false,
  };
}

/** An upright axis from `-limit` to `limit` with at most `most` numbers, each written by `write`. */
export function evenAxis(
  limit: number,
  theme: Theme,
  {
    most = 8,
    write = signedNumber,
    domain = [0, 1],
  }: {
    readonly most?: number;
    readonly write?: (value: number) => string;
    readonly domain?: readonly [number, number];
  } = {},
): Axis {
  const { muted, hairline } = FIGURE_COLOURS[theme];
  const ticks = ticksBetween(-limit, limit, most);
  return {
    range: [-limit, limit],
    domain,
    fixedrange: true,
    gridcolor: hairline,
    zeroline: true,
    zerolinecolor: muted,
    zerolinewidth: 1,
    tickvals: ticks,
    ticktext: ticks.map(write),
  };
}

/** A number with its sign; zero without. */
export function signedNumber(value: number): string {
  return value > 0 ? `+${figureNumber(value)}` : figureNumber(value);
}

/** A value as a coordinate: null where there is none. */
export function orNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** A thin upright line through all of the plot at a place of the lower axis; `dash` as in a stroke. */
export function uprightLine(at: number, dash: string, theme: Theme): Shape {
  return {
    type: 'line',
    layer: 'above',
    xref: 'x',
    yref: 'paper',
    x0: at,
    x1: at,
    y0: 0,
    y1: 1,
    line: { width: 1, color: FIGURE_COLOURS[theme].muted, dash },
  };
}

/** The areas between zero and the values from `first` to before `end`: what lies above zero, then what lies below. */
export function shadedSides(
  series: ArrayLike<number>,
  colours: ByPole<string>,
  first = 0,
  end = series.length,
): readonly [above: ScatterTrace, below: ScatterTrace] {
  const { x, above, below } = signedAreas(series, first, end);
  const shade = (y: readonly Coordinate[], colour: string): ScatterTrace => ({
    ...SILENT_LINE,
    x,
    y,
    fill: 'tozeroy',
    fillcolor: seeThrough(colour, 0.25),
    line: { width: 1, color: seeThrough(colour, 0.69) },
  });
  return [shade(above, colours.positive), shade(below, colours.negative)];
}

/** Splits a line at zero, with the exact crossing as a point of both parts, so that each side is shaded in its colour. */
function signedAreas(
  series: ArrayLike<number>,
  first: number,
  end: number,
): { x: number[]; above: Coordinate[]; below: Coordinate[] } {
  const x: number[] = [];
  const above: Coordinate[] = [];
  const below: Coordinate[] = [];
  const put = (at: number, value: number | null): void => {
    x.push(at);
    above.push(value === null ? null : Math.max(0, value));
    below.push(value === null ? null : Math.min(0, value));
  };
  for (let token = first; token < Math.min(end, series.length); token += 1) {
    const value = series[token] ?? Number.NaN;
    const before = token === first ? Number.NaN : (series[token - 1] ?? Number.NaN);
    if (before * value < 0) put(token - 1 + before / (before - value), 0);
    // A hole is no area: the fill is one outline over all points, which meets zero on both sides of what is missing.
    if (Number.isFinite(before) !== Number.isFinite(value) && token > 0)
      put(Number.isFinite(before) ? token - 1 : token, 0);
    put(token, Number.isFinite(value) ? value : null);
  }
  return { x, above, below };
}
