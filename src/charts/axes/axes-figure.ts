/**
 * Several axes of one text as a Plotly figure: small multiples one below the other on one axis of tokens and one scale, each over its
 * own chance range, in the order that was asked for. Pure.
 */
import { significant } from '../../base/round.ts';
import type { AxesReading, AxisHead } from '../../reading/axes/axes.ts';
import { axisTrace } from '../../reading/axes/axes.ts';
import type { TokenPiece } from '../../reading/reading.ts';
import type { TracePoint } from '../../reading/trace.ts';
import { alongLayout, evenAxis, MARGIN, SILENT_LINE, signedNumber } from '../along.ts';
import { INK, LINE, type Theme } from '../colour.ts';
import { FIGURE_COLOURS } from '../figure-colours.ts';
import { commonLayout, seeThrough } from '../looks.ts';
import type { Annotation, Axis, Figure, ScatterTrace } from '../plotly-figure.ts';
import { readingLimit } from '../readings.ts';
import { plotlyLines } from '../text.ts';

/** What the figure shows. */
export interface AxesInput {
  readonly axes: readonly AxisHead[];
  /** In the order of the text. */
  readonly readings: readonly AxesReading[];
  readonly pieces: readonly TokenPiece[];
  readonly theme: Theme;
  /** In CSS pixels. */
  readonly width: number;
}

/** Height of the plot of one axis, and of its name above it, in CSS pixels. */
const PLOT = 76;
const NAME = 22;
/** Width of a character of a name. */
const CHARACTER = 6.9;
/** Characters of a line under the pointer. */
const HOVER = 44;
/** More points than this would hide the line. */
const MOST_POINTS = 60;

/** The name of an upright axis by its place. */
const upright = (index: number): `y${string}` => (index === 0 ? 'y' : `y${index + 1}`);

/** The figure; its height follows from the number of axes. */
export function axesFigure({ axes, readings, pieces, theme, width }: AxesInput): Figure {
  const traces = axes.map((head, index) => axisTrace(readings, index, head));
  const limit = Math.max(...traces.map((trace) => readingLimit({ trace, raw: null })));
  const plots = axes.length * (PLOT + NAME);
  const height = MARGIN.top + plots + MARGIN.bottom;
  const top = (index: number): number => 1 - (index * (PLOT + NAME) + NAME) / plots;
  const upAxis = (index: number): Axis => ({
    ...evenAxis(limit, theme, {
      most: 5,
      write: (tick) => (tick === 0 ? '0' : signedNumber(tick)),
      domain: [top(index) - PLOT / plots, top(index)],
    }),
    anchor: 'x',
  });
  const last = axes.length - 1;
  const { xaxis, ...layout } = alongLayout({ theme, height, range: [-0.5, pieces.length - 0.5], yaxis: upAxis(0) });
  return {
    data: traces.flatMap((trace, index) => axisTraces(trace, axes[index]?.axis, { index, pieces, theme })),
    layout: {
      ...layout,
      ...(Object.fromEntries(axes.map((_, index) => [`yaxis${index === 0 ? '' : index + 1}`, upAxis(index)])) as Pick<
        Figure['layout'],
        'yaxis'
      >),
      xaxis: { ...xaxis, anchor: upright(last) },
      annotations: axes.map(({ axis }, index): Annotation => ({
        text:
          plotlyLines(`▲ ${axis.positive}   ▼ ${axis.negative}`, (width - MARGIN.right) / CHARACTER).split('<br>')[0] ??
          '',
        xref: 'paper',
        yref: 'paper',
        x: 0,
        y: top(index),
        xanchor: 'left',
        yanchor: 'bottom',
        xshift: -MARGIN.left,
        yshift: 3,
        align: 'left',
        showarrow: false,
        font: { size: 12, color: FIGURE_COLOURS[theme].ink, weight: 600 },
      })),
      hovermode: 'closest',
      hoverlabel: commonLayout(theme).hoverlabel,
      width,
    },
  };
}

/** The chance range, the line, and the readings on either side of neutral. */
function axisTraces(
  trace: readonly TracePoint[],
  axis: AxisHead['axis'] | undefined,
  { index, pieces, theme }: Pick<AxesInput, 'pieces' | 'theme'> & { readonly index: number },
): ScatterTrace[] {
  const { paper, band: grey } = FIGURE_COLOURS[theme];
  const drawn = trace.filter(({ score }) => Number.isFinite(score));
  const band = drawn.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const silent = { ...SILENT_LINE, yaxis: upright(index) };
  const says = ({ from, afterToken, score, low, high }: TracePoint): string => {
    const words = pieces.slice(from, afterToken + 1).map(({ text }) => text);
    const side = score > high ? axis?.positive : score < low ? axis?.negative : undefined;
    const [value, least, most] = [score, low, high].map((each) => signedNumber(significant(each, 2)));
    return `…${words.join('').trim().slice(-40)}: ${value}, ${side ?? 'within chance'} (chance ${least} to ${most})`;
  };
  const marked = drawn.length <= MOST_POINTS ? drawn : drawn.filter(({ stand }) => stand === 'sentence');
  const dots = (chosen: readonly TracePoint[], color: string): ScatterTrace => ({
    ...silent,
    mode: 'markers',
    cliponaxis: false,
    x: chosen.map(({ afterToken }) => afterToken),
    y: chosen.map(({ score }) => score),
    marker: { symbol: 'circle', size: 7, color, line: { width: 1, color: paper } },
  });
  return [
    {
      ...silent,
      x: [...band, ...band.toReversed()].map(({ afterToken }) => afterToken),
      y: [...band.map(({ high }) => high), ...band.toReversed().map(({ low }) => low)],
      fill: 'toself',
      fillcolor: seeThrough(grey, 0.35),
      line: { width: 0, color: grey },
      name: 'random directions, 5 % to 95 %',
      showlegend: index === 0,
    },
    {
      ...silent,
      x: drawn.map(({ afterToken }) => afterToken),
      y: drawn.map(({ score }) => score),
      hoverinfo: 'text',
      hovertext: drawn.map((point) => plotlyLines(says(point), HOVER)),
      line: { width: 1.6, color: INK[theme] },
      name: 'reading',
      showlegend: index === 0,
    },
    dots(
      marked.filter(({ score }) => score > 0),
      LINE[theme].positive,
    ),
    dots(
      marked.filter(({ score }) => score <= 0),
      LINE[theme].negative,
    ),
  ];
}
