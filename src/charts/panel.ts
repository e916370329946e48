/** One panel of an experiment's figure as a Plotly figure. Pure; the page and the files draw the same. */
import type { Theme } from './colour.ts';
import type { FigurePanel, FigureSeries } from './figure.ts';
import { figureNumber, ticksBetween } from './figure-scale.ts';
import { pointWords, referenceWords } from './figure-words.ts';
import { type Across, acrossOf, CHARACTER } from './across.ts';
import { type EndLabel, endLabels } from './end-labels.ts';
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { Annotation, Figure, ScatterTrace, Shape } from './plotly-figure.ts';
import { commonLayout } from './looks.ts';
import { SERIES } from './series.ts';
import { linesOf, plotlyLines, plotlyText } from './text.ts';

/** Height of the plot alone, in CSS pixels, where nothing else is asked for. */
const PLOT_HEIGHT = 260;
const LINE = 16;
/** Width of a character of the title, on average. */
const TITLE_CHARACTER = 7.8;
const RIGHT = 12;
/** Characters of a line under the pointer, where there is room. */
const HOVER = 44;

/** How a panel is drawn. */
interface PanelSize {
  readonly theme: Theme;
  readonly width: number;
  /** Names stand at the ends of lines and series instead of in the key, where there is room for all. */
  readonly ends?: boolean;
  /** Height of the plot alone. */
  readonly height?: number;
}

/** The panel on `width` CSS pixels; its height follows from its words. */
export function panelFigure(
  panel: FigurePanel,
  { theme, width, ends = false, height = PLOT_HEIGHT }: PanelSize,
): Figure {
  const colours = FIGURE_COLOURS[theme];
  const [low, high] = upRange(panel);
  const ticks =
    panel.y.ticks?.filter(({ at }) => at >= low && at <= high) ??
    ticksBetween(low, high, 6).map((at) => ({ at, says: figureNumber(at) }));
  const left = Math.ceil(12 + CHARACTER * Math.max(1, ...ticks.map(({ says }) => says.length)));
  const named = ends ? endLabels(panel, { width, perValue: height / (high - low) }) : { labels: [], room: 0 };
  const right = RIGHT + named.room;
  const isNamed = (series: number | null): boolean => named.labels.some((label) => label.series === series);
  const across = acrossOf(panel, width - left - right);
  const title = plotlyLines(panel.title, width / TITLE_CHARACTER);
  const upLabel = plotlyLines(panel.y.label, width / CHARACTER);
  const acrossLabel = plotlyLines(panel.x.label, (width - left - right) / CHARACTER);
  const top =
    (panel.title === '' ? 0 : 18 * linesOf(title).length) +
    (panel.y.label === '' ? 0 : LINE * linesOf(upLabel).length) +
    18;
  const below = across.below + (panel.x.label === '' ? 0 : LINE * linesOf(acrossLabel).length) + 12;
  return {
    data: traces(panel, across, theme, Math.min(HOVER, (width / 2 - 24) / CHARACTER)).map((trace) =>
      named.labels.length > 0 && (panel.series.length === 1 || isNamed((trace.legendrank ?? 0) - 1))
        ? { ...trace, showlegend: false }
        : trace,
    ),
    layout: {
      ...commonLayout(theme),
      width,
      height: top + height + below,
      margin: { l: left, r: right, t: top, b: below, pad: 0 },
      title: {
        text: title,
        font: { size: 14, color: colours.ink, weight: 600 },
        x: 0,
        xref: 'container',
        xanchor: 'left',
        y: 1,
        yref: 'container',
        yanchor: 'top',
        pad: { t: 4 },
      },
      xaxis: {
        type: across.type,
        range: across.range,
        fixedrange: panel.x.categories !== undefined,
        showgrid: false,
        zeroline: false,
        showline: true,
        linecolor: colours.muted,
        ticks: '',
        tickvals: across.tickvals,
        ticktext: across.ticktext,
        tickangle: across.tickangle,
        tickfont: { color: colours.muted },
        title: {
          text: acrossLabel,
          font: { size: 12, color: colours.ink },
          standoff: 8,
        },
      },
      yaxis: {
        range: [low, high],
        gridcolor: colours.hairline,
        zeroline: true,
        zerolinecolor: colours.muted,
        zerolinewidth: 1,
        tickvals: ticks.map(({ at }) => at),
        ticktext: ticks.map(({ says }) => says),
        tickfont: { color: colours.muted },
      },
      shapes: [...bandShapes(panel, theme), ...lineShapes(panel, theme, isNamed(null))],
      annotations: [
        {
          ...overPlot(upLabel, left),
          font: { size: 12, color: colours.ink },
        },
        ...named.labels.map((label) => endAnnotation(label, theme)),
        ...(panel.series.every(({ points }) => points.length === 0) ? [nothing(colours.muted)] : []),
      ],
      showlegend: false,
      dragmode: 'zoom',
    },
  };
}

/** What no effect looks like lies below what was found; the key keeps the panel's order. */
function traces(panel: FigurePanel, across: Across, theme: Theme, hover: number): ScatterTrace[] {
  const isNull = ({ tone }: FigureSeries): number => Number(tone === 'null');
  return panel.series
    .map((series, rank) => ({ series, rank }))
    .sort((a, b) => isNull(b.series) - isNull(a.series))
    .flatMap(({ series, rank }) => {
      const xs = across.places(series, rank);
      const points = series.points.map((point, index) => ({
        x: xs[index] ?? 0,
        y: point.y,
        low: point.low,
        high: point.high,
        says: plotlyLines(pointWords(panel, series, point), hover),
      }));
      return SERIES[series.as].traces(points, { name: plotlyText(series.name), tone: series.tone, theme, rank });
    });
}

function bandShapes(panel: FigurePanel, theme: Theme): Shape[] {
  const { bands } = referenceWords(panel);
  return (panel.bands ?? []).map(({ from, to }, index) => ({
    type: 'rect',
    layer: 'below',
    xref: 'paper',
    yref: 'y',
    x0: 0,
    x1: 1,
    y0: Math.min(from, to),
    y1: Math.max(from, to),
    line: { width: 0 },
    fillcolor: FIGURE_COLOURS[theme].band,
    opacity: 0.5,
    name: plotlyText(bands[index] ?? ''),
    showlegend: true,
  }));
}

function lineShapes(panel: FigurePanel, theme: Theme, named: boolean): Shape[] {
  const { lines } = referenceWords(panel);
  return (panel.lines ?? []).map(({ at, across }, index) => {
    const upright = across === 'y' && !panel.x.categories;
    return {
      type: 'line',
      layer: 'between',
      xref: upright ? 'x' : 'paper',
      yref: upright ? 'paper' : 'y',
      x0: upright ? at : 0,
      x1: upright ? at : 1,
      y0: upright ? 0 : at,
      y1: upright ? 1 : at,
      line: { color: FIGURE_COLOURS[theme].ink, width: 1.2, dash: '2px,4px' },
      name: plotlyText(lines[index] ?? ''),
      showlegend: !named || upright,
    };
  });
}

/** A name beside the right edge of the plot, at the height of what it names. */
function endAnnotation({ text, at }: EndLabel, theme: Theme): Annotation {
  return {
    text: plotlyText(text),
    xref: 'paper',
    yref: 'y',
    x: 1,
    y: at,
    xanchor: 'left',
    yanchor: 'middle',
    xshift: 8,
    align: 'left',
    showarrow: false,
    font: { size: 12, color: FIGURE_COLOURS[theme].ink },
  };
}

/** A text whose last line ends just above the plot, from the left edge of the figure on. */
export function overPlot(text: string, left: number): Annotation {
  return {
    text,
    xref: 'paper',
    yref: 'paper',
    x: 0,
    y: 1,
    xanchor: 'left',
    yanchor: 'bottom',
    xshift: -left,
    yshift: 12,
    align: 'left',
    showarrow: false,
  };
}

function nothing(color: string): Annotation {
  return {
    text: 'no points',
    xref: 'paper',
    yref: 'paper',
    x: 0.5,
    y: 0.5,
    xanchor: 'center',
    yanchor: 'middle',
    showarrow: false,
    font: { size: 12, color },
  };
}

/** From the least to the most that is shown, with a little room; a range that is given holds at least that. */
function upRange({ y, series, bands = [], lines = [], x }: FigurePanel): readonly [number, number] {
  const values = [
    ...series.flatMap(({ points }) =>
      points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]),
    ),
    ...bands.flatMap(({ from, to }) => [from, to]),
    ...lines.flatMap(({ at, across }) => (across === 'x' || x.categories ? [at] : [])),
  ];
  const [least, most] = values.reduce(
    ([a, b], value) => [Math.min(a, value), Math.max(b, value)],
    [Infinity, -Infinity],
  );
  if (y.range) return [Math.min(y.range[0], least), Math.max(y.range[1], most)];
  if (!(most >= least)) return [0, 1];
  const room = (most - least) * 0.05 || Math.abs(most) * 0.1 || 1;
  return [least - room, most + room];
}
