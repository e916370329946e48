/**
 * The raw trajectory as a Plotly figure: running mean over single tokens, the same without the words, the 1 % lines,
 * and readings with the range of random directions behind each. Pure.
 */
import type { LinePair } from '../reading/alarm.ts';
import { endLines, INK } from './colour.ts';
import type { Theme } from './colour.ts';
import type { Head } from '../probe/heads.ts';
import type { TracePoint } from '../reading/trace.ts';
import { alongLayout, evenAxis, MARGIN, shadedSides, SILENT, SILENT_LINE, signedNumber } from './along.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { Coordinate, Figure, Layout, MarkLook, ScatterTrace } from './plotly-figure.ts';

/** A readout on the trajectory. */
export interface TrajectoryReadout {
  readonly afterToken: number;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  readonly inside: boolean;
}

/** What the trajectory shows. */
export interface TrajectoryInput {
  /** The readings, drawn as the line; null where the line is the raw scores. */
  readonly trace: readonly TracePoint[] | null;
  /** The running mean of the raw scores, to be drawn beside the readings; null where it is not wanted. */
  readonly raw: ArrayLike<number> | null;
  readonly series: ArrayLike<number>;
  /** Scores of single tokens, drawn faintly: a smoothed line never stands alone. Null where the series is the single tokens. */
  readonly alone: ArrayLike<number> | null;
  /** The series without what the words alone predict; null where that is not known. */
  readonly wordless: ArrayLike<number> | null;
  /** Beyond each, 1 in 100 neutral values of what `series` shows; null where that is not known. */
  readonly lines: LinePair | null;
  readonly readouts: readonly TrajectoryReadout[];
  /** Visible tokens on the continuous axis of the layer map. */
  readonly range: { readonly from: number; readonly to: number };
  readonly domain: number;
  /** Which end of the scale has its hue. */
  readonly head: Head;
  readonly theme: Theme;
}

/** Height of the chart in CSS pixels. */
export const HEIGHT = 240;

/** Side of the square that is a single token, in CSS pixels. */
const DOT = 2.5;

/** Colour of single tokens. */
const FAINT: Readonly<Record<Theme, string>> = { light: '#b4b8bf', dark: '#5f636a' };

/** Traces and layout of the trajectory. */
export function trajectoryFigure(input: TrajectoryInput): Figure {
  const { theme, readouts, range, alone, wordless } = input;
  const { muted, band, paper } = FIGURE_COLOURS[theme];
  const line = endLines(theme, input.head);
  // Only what is in sight, and a little beside it: of a long text that is a small part. Readouts are few and stay whole.
  const first = Math.max(0, Math.floor(range.from) - 1);
  const end = Math.ceil(range.to) + 2;
  const readoutTrace = (
    chosen: readonly TrajectoryReadout[],
    marker: Omit<MarkLook, 'symbol' | 'size'>,
  ): ScatterTrace => ({
    ...SILENT,
    mode: 'markers',
    cliponaxis: false,
    x: chosen.map((readout) => readout.afterToken),
    y: chosen.map((readout) => readout.score),
    marker: { symbol: 'diamond', size: 9, ...marker },
  });
  const limit = axisLimit(input);
  return {
    data: [
      ...(alone === null
        ? []
        : [{ ...SILENT_LINE, ...dots(alone, limit, first, end), line: { width: DOT, color: FAINT[theme] } }]),
      ...shadedSides(input.series, line, first, end),
      ...(wordless === null
        ? []
        : [{ ...SILENT_LINE, ...points(wordless, first, end), line: { width: 1.1, color: muted } }]),
      {
        ...SILENT_LINE,
        x: readouts.flatMap((readout) => [readout.afterToken, readout.afterToken, null]),
        y: readouts.flatMap((readout) => [readout.low, readout.high, null]),
        line: { width: 7, color: band },
      },
      {
        ...SILENT_LINE,
        x: readouts.map((readout) => readout.afterToken),
        y: readouts.map((readout) => readout.score),
        line: { width: 1.5, color: INK[theme] },
      },
      readoutTrace(
        readouts.filter((readout) => readout.inside),
        { color: paper, line: { width: 1.5, color: muted } },
      ),
      readoutTrace(
        readouts.filter((readout) => !readout.inside && readout.score > 0),
        { color: line.positive },
      ),
      readoutTrace(
        readouts.filter((readout) => !readout.inside && readout.score <= 0),
        { color: line.negative },
      ),
    ],
    layout: layoutOf(limit, range, theme),
  };
}

/** Axes and room of a trajectory: neutral in the middle, tokens along the text. */
export function layoutOf(limit: number, { from, to }: TrajectoryInput['range'], theme: Theme): Layout {
  return alongLayout({
    theme,
    height: HEIGHT,
    range: [from, to],
    yaxis: evenAxis(limit, theme, { write: (tick) => (tick === 0 ? 'neutral' : signedNumber(tick)) }),
  });
}

/**
 * The score at the upper end of the axis; the lower end is its negative. The scale's own domain, or more where a line
 * or a readout needs it, so that the picture does not jump while words arrive.
 */
export function axisLimit({ readouts, domain, lines }: Pick<TrajectoryInput, 'readouts' | 'domain' | 'lines'>): number {
  const highest = Math.max(
    domain,
    3,
    ...(lines === null ? [] : [Math.abs(lines.low), Math.abs(lines.high)]),
    ...readouts.flatMap((readout) => [readout.score, readout.low, readout.high].filter(Number.isFinite).map(Math.abs)),
  );
  return Math.ceil(highest * 1.05);
}

/**
 * Single tokens as squares: one path of short upright strokes, because thousands of markers would be thousands of
 * elements. What lies beyond the axis is a stroke half as long at its end.
 */
function dots(
  values: ArrayLike<number>,
  limit: number,
  first: number,
  end: number,
): { x: Coordinate[]; y: Coordinate[] } {
  const half = (DOT / (HEIGHT - MARGIN.top - MARGIN.bottom)) * limit;
  const x: Coordinate[] = [];
  const y: Coordinate[] = [];
  for (let token = first; token < Math.min(end, values.length); token += 1) {
    const value = values[token] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    const at = Math.max(-limit, Math.min(limit, value));
    x.push(token, token, null);
    y.push(at - half, at + half, null);
  }
  return { x, y };
}

/** A line through the values that there are. */
export function points(values: ArrayLike<number>, first: number, end: number): { x: number[]; y: Coordinate[] } {
  const x = Array.from({ length: Math.max(0, Math.min(end, values.length) - first) }, (_, index) => first + index);
  return { x, y: x.map((token) => (Number.isFinite(values[token]) ? (values[token] ?? null) : null)) };
}
