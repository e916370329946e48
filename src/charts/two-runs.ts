/** Two runs over one axis, and below it what the second differs by from the first, as a Plotly figure. Pure. */
import type { Interval } from '../stats/bootstrap.ts';
import { endLines, INK } from './colour.ts';
import type { Theme } from './colour.ts';
import type { Head } from '../probe/heads.ts';
import { alongLayout, evenAxis, orNull, shadedSides, SILENT, SILENT_LINE, uprightLine } from './along.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { Figure, MarkSymbol, ScatterTrace, Shape, Stroke } from './plotly-figure.ts';
import { toneColour } from './looks.ts';

/** A readout on the upper part. */
export interface DifferencePoint {
  readonly x: number;
  readonly y: number;
}

/** The lower part. */
export interface DifferenceInput {
  /** By place on the axis; NaN where there is none. */
  readonly series: ArrayLike<number>;
  readonly readouts: readonly DifferencePoint[];
  readonly mean: number;
  readonly interval: Interval | null;
  /** Where the values behind the mean begin. */
  readonly from: number;
}

/** What the chart shows. */
export interface TwoRunsInput {
  /** By place on the axis; NaN where a run has nothing there. */
  readonly a: ArrayLike<number>;
  readonly b: ArrayLike<number>;
  readonly readoutsA: readonly DifferencePoint[];
  readonly readoutsB: readonly DifferencePoint[];
  /** Null where the runs may not be subtracted or share too little. */
  readonly difference: DifferenceInput | null;
  /** Where the runs part, or null. */
  readonly parting: number | null;
  /** The scale's own domain, so that the picture does not jump from layer to layer by chance. */
  readonly domain: number;
  /** What the axis counts. */
  readonly unit: 'column' | 'sentence';
  /** Which end of the scale has its hue. */
  readonly head: Head;
  readonly theme: Theme;
}

/** Height of the chart in CSS pixels, with and without the lower part. */
const HEIGHTS = { both: 380, upper: 240 } as const;

/** Shares of the plot, from below, that the two parts take when there are two. */
export const PARTS = { lower: 0.36, upper: 0.44 } as const;

/** Traces and layout of the chart. */
export function twoRunsFigure(input: TwoRunsInput): Figure {
  const { theme, difference, parting } = input;
  const { muted, band } = FIGURE_COLOURS[theme];
  const length = Math.max(input.a.length, input.b.length);
  const upper = limitOf([
    input.domain,
    3,
    ...finite(input.a),
    ...finite(input.b),
    ...input.readoutsA.map((readout) => readout.y),
    ...input.readoutsB.map((readout) => readout.y),
  ]);
  const lower =
    difference === null
      ? 0
      : limitOf([
          input.domain / 3,
          ...finite(difference.series),
          ...difference.readouts.map((readout) => readout.y),
          difference.interval?.low ?? 0,
          difference.interval?.high ?? 0,
        ]);
  const start = input.unit === 'sentence' ? 1 : 0;
  return {
    data: [
      // The first run is drawn in ink, the second in a colour that is no pole's.
      ...runTraces(input.a, input.readoutsA, start, { color: INK[theme], dash: 'solid' }, 'square'),
      ...runTraces(input.b, input.readoutsB, start, { color: toneColour('second', theme), dash: '5px,2px' }, 'diamond'),
      ...(difference === null ? [] : differenceTraces(difference, theme, input.head)),
    ],
    layout: alongLayout({
      theme,
      height: difference === null ? HEIGHTS.upper : HEIGHTS.both,
      range: rangeOf(length, start),
      yaxis: evenAxis(upper, theme, { domain: difference === null ? [0, 1] : [PARTS.upper, 1] }),
      ...(difference === null ? {} : { yaxis2: evenAxis(lower, theme, { domain: [0, PARTS.lower] }) }),
      shapes: [
        ...(parting === null ? [] : [uprightLine(parting, 'dot', theme)]),
        ...(difference === null ? [] : meanShapes(difference, length - 1, { muted, band })),
      ],
    }),
  };
}

/** The mean of a difference as a line, over its interval. */
function meanShapes(
  { interval, mean, from }: DifferenceInput,
  to: number,
  { muted, band }: { readonly muted: string; readonly band: string },
): Shape[] {
  const along = { xref: 'x', yref: 'y2', x0: from, x1: to } as const;
  return [
    ...(interval === null
      ? []
      : [
          {
            type: 'rect',
            layer: 'below',
            ...along,
            y0: interval.low,
            y1: interval.high,
            fillcolor: band,
            line: { width: 0 },
          } satisfies Shape,
        ]),
    ...(Number.isFinite(mean)
      ? [
          {
            type: 'line',
            layer: 'above',
            ...along,
            y0: mean,
            y1: mean,
            line: { width: 1.5, color: muted, dash: '6px,3px' },
          } satisfies Shape,
        ]
      : []),
  ];
}

/** The first and the last place on the axis. */
export function rangeOf(length: number, start: number): [number, number] {
  return [start, Math.max(start + 1, start + length - 1)];
}

function runTraces(
  values: ArrayLike<number>,
  readouts: readonly DifferencePoint[],
  start: number,
  line: Omit<Stroke, 'width'>,
  symbol: MarkSymbol,
): ScatterTrace[] {
  // By sentence the readouts are what counts, and there is one a sentence: they are joined, and the means of the words are faint.
  const sentences = start === 1;
  return [
    {
      ...SILENT_LINE,
      opacity: sentences ? 0.55 : 1,
      x: Array.from(values, (_, at) => at + start),
      y: Array.from(values, orNull),
      line: { width: sentences ? 1 : 1.6, ...line },
    },
    {
      ...SILENT,
      mode: sentences ? 'lines+markers' : 'markers',
      line: { width: 1.8, ...line },
      cliponaxis: false,
      x: readouts.map((readout) => readout.x),
      y: readouts.map((readout) => orNull(readout.y)),
      marker: { size: 8, color: line.color, symbol },
    },
  ];
}

function differenceTraces({ series, readouts }: DifferenceInput, theme: Theme, head: Head): ScatterTrace[] {
  return [
    ...shadedSides(series, endLines(theme, head)).map((trace): ScatterTrace => ({ ...trace, yaxis: 'y2' })),
    {
      ...SILENT,
      yaxis: 'y2',
      mode: 'markers',
      cliponaxis: false,
      x: readouts.map((readout) => readout.x),
      y: readouts.map((readout) => orNull(readout.y)),
      marker: { size: 8, symbol: 'diamond-open', color: INK[theme], line: { width: 1.5, color: INK[theme] } },
    },
  ];
}

function finite(values: ArrayLike<number>): number[] {
  return Array.from(values).filter(Number.isFinite);
}

/** The next whole number above all of them, or the next tenth where all are small. */
function limitOf(values: readonly number[]): number {
  const highest = values.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 0) * 1.05;
  return highest >= 1 ? Math.ceil(highest) : Math.max(0.1, Math.ceil(highest * 10) / 10);
}
