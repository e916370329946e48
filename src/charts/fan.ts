/**
 * Many futures of one text as a Plotly figure: a fan. Every line is drawn in the colour of the side that it ends on, with a
 * mark at its end; over them the median and where half and nine tenths of the lines lie; behind them the range of random
 * directions. Pure.
 */
import { commonSteps, fanSteps, leanOf, lastReading } from '../reading/futures/fan.ts';
import { type FutureLine, type FutureReading, type Futures, textOf } from '../reading/futures/futures.ts';
import { stepWords } from '../reading/futures/fan-words.ts';
import { significant } from '../base/round.ts';
import { READING_DOMAIN } from '../reading/grain.ts';
import type { Axis } from '../probe/probe-types.ts';
import { alongLayout, evenAxis, SILENT_LINE, signedNumber } from './along.ts';
import { INK, LINE, type Theme } from './colour.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import { commonLayout, seeThrough } from './looks.ts';
import type { Coordinate, Figure, MarkSymbol, ScatterTrace } from './plotly-figure.ts';
import { plotlyLines, plotlyText } from './text.ts';

/** What the figure shows. */
export interface FanInput {
  readonly futures: Futures;
  /** Tokens between two readings, and tokens of a line at most. */
  readonly every: number;
  readonly maxTokens: number;
  readonly axis: Axis;
  /** A line that is drawn over the others; null for none. */
  readonly chosen: number | null;
  readonly theme: Theme;
  /** In CSS pixels. */
  readonly width: number;
}

/** Height in CSS pixels. */
const HEIGHT = 340;

/** Characters of a line under the pointer, and of a future's last words there. */
const HOVER = 46;
const LAST = 80;

/** Where a line can end: beyond the chance range, or within it on one side of neutral. */
const ENDS = ['positive', 'upper', 'lower', 'negative'] as const;
type End = (typeof ENDS)[number];

/** Ends beyond the range have filled marks and stronger lines. */
const LOOKS = {
  positive: { pole: 'positive', symbol: 'triangle-up', beyond: true },
  upper: { pole: 'positive', symbol: 'circle', beyond: false },
  lower: { pole: 'negative', symbol: 'circle', beyond: false },
  negative: { pole: 'negative', symbol: 'triangle-down', beyond: true },
} as const satisfies Record<
  End,
  { readonly pole: 'positive' | 'negative'; readonly symbol: MarkSymbol; readonly beyond: boolean }
>;

/** The figure. While lines grow, its axes stay. */
export function fanFigure({ futures, every, maxTokens, axis, chosen, theme, width }: FanInput): Figure {
  const { paper, band } = FIGURE_COLOURS[theme];
  const steps = commonSteps(fanSteps(futures), every);
  const names = {
    positive: `end ${axis.positive}`,
    upper: `${axis.positive} side, within the chance range`,
    lower: `${axis.negative} side, within the chance range`,
    negative: `end ${axis.negative}`,
  };
  const ends = futures.lines.map((line) => {
    const last = lastReading(line);
    return last === null ? null : { ...last, end: endOf(last) };
  });
  const area = (low: readonly number[], high: readonly number[], look: Partial<ScatterTrace>): ScatterTrace => ({
    ...SILENT_LINE,
    x: [...steps, ...steps.toReversed()].map(({ after }) => after),
    y: [...high, ...low.toReversed()],
    fill: 'toself',
    line: { width: 0, color: band },
    ...look,
  });
  const at = (share: number): number[] => steps.map(({ quantiles }) => quantiles[share] ?? Number.NaN);
  const ink = INK[theme];
  const lead = chosen === null ? undefined : futures.lines[chosen];
  return {
    data: [
      area(
        steps.map(({ low }) => low),
        steps.map(({ high }) => high),
        { fillcolor: seeThrough(band, 0.35), name: 'random directions, 5 % to 95 %', showlegend: true, legendrank: 8 },
      ),
      ...ENDS.map((end, rank): ScatterTrace => {
        const { pole, beyond } = LOOKS[end];
        return {
          ...SILENT_LINE,
          ...joined(futures, (_, line) => ends[line]?.end === end),
          line: { width: beyond ? 1.6 : 1, color: seeThrough(LINE[theme][pole], beyond ? 0.8 : 0.4) },
          name: plotlyText(`${names[end]}: ${ends.filter((each) => each?.end === end).length}`),
          showlegend: true,
          legendrank: 4 + rank,
        };
      }),
      area(at(0), at(4), {
        fillcolor: seeThrough(ink, 0.07),
        name: '90 % of futures',
        showlegend: true,
        legendrank: 3,
      }),
      area(at(1), at(3), {
        fillcolor: seeThrough(ink, 0.13),
        name: 'half of futures',
        showlegend: true,
        legendrank: 2,
      }),
      {
        ...SILENT_LINE,
        x: steps.map(({ after }) => after),
        y: at(2),
        hoverinfo: 'text',
        hovertext: steps.map((step) => plotlyLines(stepWords(step), HOVER)),
        line: { width: 2.4, color: ink },
        name: 'median',
        showlegend: true,
        legendrank: 1,
      },
      ...ENDS.map((end): ScatterTrace => {
        const { pole, symbol, beyond } = LOOKS[end];
        const own = ends.flatMap((each, line) => (each?.end === end ? [{ ...each, line }] : []));
        const colour = LINE[theme][pole];
        return {
          ...SILENT_LINE,
          mode: 'markers',
          cliponaxis: false,
          x: own.map(({ after }) => after),
          y: own.map(({ score }) => score),
          hoverinfo: 'text',
          hovertext: own.map(({ line, score }) =>
            plotlyLines(
              `Future ${line + 1} ends at ${signedNumber(significant(score, 2))}: …${lastWords(futures.lines[line])}`,
              HOVER,
            ),
          ),
          legendrank: 10,
          marker: {
            symbol,
            size: beyond ? 10 : 6,
            color: beyond ? colour : paper,
            line: { width: 1.2, color: beyond ? paper : colour },
          },
        };
      }),
      ...(lead === undefined
        ? []
        : [
            {
              ...SILENT_LINE,
              mode: 'lines+markers' as const,
              ...pathOf(futures, lead),
              line: { width: 2.4, color: ink, dash: '6px,3px' },
              marker: { symbol: 'diamond' as const, size: 8, color: ink, line: { width: 1, color: paper } },
              name: `future ${(chosen ?? 0) + 1}`,
              showlegend: true,
              legendrank: 9,
            },
          ]),
    ],
    layout: {
      ...alongLayout({
        theme,
        height: HEIGHT,
        range: [0, 1.02 * maxTokens],
        yaxis: evenAxis(limitOf(futures), theme, { write: (tick) => (tick === 0 ? 'neutral' : signedNumber(tick)) }),
      }),
      hovermode: 'closest',
      hoverlabel: commonLayout(theme).hoverlabel,
      width,
    },
  };
}

function lastWords(line: FutureLine | undefined): string {
  return line === undefined ? '' : textOf(line).trim().slice(-LAST);
}

function endOf(reading: FutureReading): End {
  const lean = leanOf(reading);
  if (lean !== 'none') return lean;
  return reading.score > 0 ? 'upper' : 'lower';
}

/** The reading at the upper end of the axis (its lower end is the negative): ±3, or more where one needs it. */
function limitOf({ start, lines }: Futures): number {
  const all = [...(start === null ? [] : [start]), ...lines.flatMap(({ readings }) => readings)];
  const known = all.flatMap(({ score, low, high }) => [score, low, high]).filter(Number.isFinite);
  return Math.ceil(2.1 * known.reduce((most, value) => Math.max(most, Math.abs(value)), READING_DOMAIN)) / 2;
}

/** The lines that are chosen as one path with gaps between them. */
function joined(
  futures: Futures,
  choose: (line: FutureLine, index: number) => boolean,
): { x: Coordinate[]; y: Coordinate[] } {
  const paths = futures.lines.filter(choose).map((line) => pathOf(futures, line));
  return { x: paths.flatMap(({ x }) => [...x, null]), y: paths.flatMap(({ y }) => [...y, null]) };
}

/** A line from where all begin. */
function pathOf({ start }: Futures, { readings }: FutureLine): { x: Coordinate[]; y: Coordinate[] } {
  const points = [...(start === null ? [] : [{ after: 0, score: start.score }]), ...readings];
  return {
    x: points.map(({ after }) => after),
    y: points.map(({ score }) => (Number.isFinite(score) ? score : null)),
  };
}
