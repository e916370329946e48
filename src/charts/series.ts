/** What each kind of series is drawn as. A new kind is a name in `SERIES_KINDS` of `figure.ts` and an entry here. */
import type { Theme } from './colour.ts';
import type { FigureTone, SeriesKind } from './figure.ts';
import type { Coordinate, ScatterTrace } from './plotly-figure.ts';
import { seeThrough, toneColour, toneLine, toneMark } from './looks.ts';

/** A point with its place on both axes and its sentence; `low` and `high` are the ends of its interval. */
export interface PlacedPoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly says: string;
}

/** What a series is called and looks like. */
export interface SeriesInk {
  readonly name: string;
  readonly tone: FigureTone;
  readonly theme: Theme;
  /** Place in the key, from 0. */
  readonly rank: number;
}

interface Kind {
  /** Whether several at one number stand side by side: they would hide one another. */
  readonly beside: boolean;
  traces(points: readonly PlacedPoint[], ink: SeriesInk): readonly ScatterTrace[];
}

/** By kind. */
export const SERIES = {
  line: {
    beside: false,
    traces(points, ink) {
      const whole = points.length > 1 && points.every(hasInterval);
      return [
        ...(whole ? [bandTrace(points, ink)] : []),
        {
          ...pointTrace(points, ink),
          mode: 'lines+markers',
          line: toneLine(ink.tone, ink.theme),
          ...(whole ? {} : whiskers(points, ink)),
        },
      ];
    },
  },
  dots: { beside: false, traces: (points, ink) => [{ ...pointTrace(points, ink), ...whiskers(points, ink) }] },
  intervals: { beside: true, traces: (points, ink) => [{ ...pointTrace(points, ink), ...whiskers(points, ink) }] },
} as const satisfies Record<SeriesKind, Kind>;

/** Points with the mark of their tone and a sentence each. */
export function pointTrace(points: readonly PlacedPoint[], { name, tone, theme, rank }: SeriesInk): ScatterTrace {
  return {
    type: 'scatter',
    name,
    mode: 'markers',
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
    marker: toneMark(tone, theme),
    hovertext: points.map(({ says }) => says),
    hoverinfo: 'text',
    cliponaxis: false,
    legendgroup: `s${rank}`,
    legendrank: rank + 1,
  };
}

/** The intervals of points as error bars; nothing where none has one. */
export function whiskers(points: readonly PlacedPoint[], { tone, theme }: SeriesInk): Pick<ScatterTrace, 'error_y'> {
  if (!points.some(hasInterval)) return {};
  const reach = (end: (point: PlacedPoint) => number | undefined): Coordinate[] =>
    points.map((point) => {
      const to = end(point);
      return to === undefined ? null : Math.abs(to - point.y);
    });
  return {
    error_y: {
      type: 'data',
      symmetric: false,
      array: reach(({ high }) => high),
      arrayminus: reach(({ low }) => low),
      color: toneColour(tone, theme),
      thickness: 1.4,
      width: 4,
    },
  };
}

/** The area between the ends of intervals along a line. */
function bandTrace(points: readonly PlacedPoint[], { tone, theme, rank }: SeriesInk): ScatterTrace {
  const back = points.toReversed();
  return {
    type: 'scatter',
    mode: 'lines',
    x: [...points, ...back].map(({ x }) => x),
    y: [...points.map(({ y, high }) => high ?? y), ...back.map(({ y, low }) => low ?? y)],
    line: { color: toneColour(tone, theme), width: 0 },
    fill: 'toself',
    fillcolor: seeThrough(toneColour(tone, theme), 0.14),
    hoverinfo: 'skip',
    showlegend: false,
    legendgroup: `s${rank}`,
  };
}

function hasInterval({ low, high }: PlacedPoint): boolean {
  return low !== undefined && high !== undefined;
}
