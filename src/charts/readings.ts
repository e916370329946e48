/**
 * The readings along the text as a Plotly figure: one line with coloured points over the chance range, on the readings'
 * own scale. Pure.
 */
import { endLines, INK } from './colour.ts';
import { READING_DOMAIN } from '../reading/grain.ts';
import type { TracePoint } from '../reading/trace.ts';
import { SILENT, SILENT_LINE } from './along.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { Figure, ScatterTrace } from './plotly-figure.ts';
import { seeThrough } from './looks.ts';
import { layoutOf, points, type TrajectoryInput } from './trajectory.ts';

/** What the figure shows: the readings, and where it is wanted the running mean of the raw scores. */
export type ReadingFigureInput = Pick<TrajectoryInput, 'range' | 'head' | 'theme'> & {
  readonly trace: readonly TracePoint[];
  readonly raw: ArrayLike<number> | null;
};

/** Readings after every word are a line; a point for each would hide it. */
const MOST_POINTS = 60;

/** Traces and layout of the figure. */
export function readingFigure(input: ReadingFigureInput): Figure {
  const { theme, range, trace, raw } = input;
  const { muted, paper, band: grey } = FIGURE_COLOURS[theme];
  const line = endLines(theme, input.head);
  const drawn = trace.filter(({ score }) => Number.isFinite(score));
  const band = drawn.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const marked = drawn.length <= MOST_POINTS ? drawn : drawn.filter(({ stand }) => stand === 'sentence');
  const limit = readingLimit(input);
  const at = (chosen: readonly TracePoint[]): { x: number[]; y: number[] } => ({
    x: chosen.map(({ afterToken }) => afterToken),
    y: chosen.map(({ score }) => score),
  });
  const dots = (chosen: readonly TracePoint[], colour: string): ScatterTrace => ({
    ...SILENT,
    mode: 'markers',
    cliponaxis: false,
    ...at(chosen),
    marker: { symbol: 'circle', size: 9, color: colour, line: { width: 1, color: paper } },
  });
  return {
    data: [
      {
        ...SILENT_LINE,
        x: [...band.map(({ afterToken }) => afterToken), ...band.toReversed().map(({ afterToken }) => afterToken)],
        y: [...band.map(({ high }) => high), ...band.toReversed().map(({ low }) => low)],
        fill: 'toself',
        fillcolor: seeThrough(grey, 0.35),
        line: { width: 0, color: grey },
      },
      ...(raw === null
        ? []
        : [
            {
              ...SILENT_LINE,
              ...points(raw, Math.max(0, Math.floor(range.from) - 1), Math.ceil(range.to) + 2),
              line: { width: 1, color: muted, dash: 'dot' },
            },
          ]),
      { ...SILENT_LINE, ...at(drawn), line: { width: 1.8, color: INK[theme] } },
      dots(
        marked.filter(({ score }) => score > 0),
        line.positive,
      ),
      dots(
        marked.filter(({ score }) => score <= 0),
        line.negative,
      ),
    ],
    layout: layoutOf(limit, range, theme),
  };
}

/** The score at the upper end of the axis: ±3, or more where a reading, its chance range or the raw curve needs it. */
export function readingLimit({ trace, raw }: Pick<ReadingFigureInput, 'trace' | 'raw'>): number {
  let highest = READING_DOMAIN;
  const take = (value: number | undefined): void => {
    if (value !== undefined && Number.isFinite(value)) highest = Math.max(highest, Math.abs(value));
  };
  for (const { score, low, high } of trace) [score, low, high].forEach(take);
  for (let token = 0; token < (raw?.length ?? 0); token += 1) take(raw?.[token]);
  return Math.ceil(highest * 2.1) / 2;
}
