/** Several figures as one: each keeps its axes, title and key, side by side and row below row. For files that other programs open. */
import type { Theme } from './colour.ts';
import type { Axis, Figure, Layout, LegendPlace, ScatterTrace, Shape } from './plotly-figure.ts';
import { keyOf } from './key.ts';
import { commonLayout } from './looks.ts';
import { linesOf, plainText, plotlyLines } from './text.ts';

/** Width of a character of a legend, and height of a line of it, in CSS pixels. */
const CHARACTER = 6.9;
const LINE = 19;
/** Width of the samples of a legend. */
const SAMPLES = 46;
/** Room around everything. */
const EDGE = 20;

/** How the figures stand. */
export interface Arrangement {
  readonly theme: Theme;
  readonly perRow: number;
  /** Room between two, in CSS pixels. */
  readonly gap: number;
}

/** Up to twelve figures of one coordinate system each and of one width. */
export function sideBySide(figures: readonly Figure[], { theme, perRow, gap }: Arrangement): Figure {
  const named = figures.map(withShortNames);
  const wide = named[0]?.layout.width ?? 460;
  const columns = Math.max(1, Math.min(perRow, named.length));
  const rows = Array.from({ length: Math.ceil(named.length / perRow) }, (_, row) =>
    Math.max(
      ...named.slice(row * perRow, (row + 1) * perRow).map((figure) => figure.layout.height + keyHeight(figure)),
    ),
  );
  const width = columns * wide + (columns - 1) * gap + 2 * EDGE;
  const height = rows.reduce((sum, row) => sum + row + gap, 0) + 2 * EDGE;
  const parts = named.map((figure, index) => {
    const row = Math.floor(index / perRow);
    const x = EDGE + (index % perRow) * (wide + gap);
    const y = EDGE + rows.slice(0, row).reduce((sum, one) => sum + one + gap, 0);
    return placed(figure, index, { x, y, width, height });
  });
  const blank: Axis = { range: [0, 1], showgrid: false, tickvals: [], ticktext: [] };
  const [first] = parts;
  return {
    data: parts.flatMap(({ data }) => data),
    layout: {
      ...commonLayout(theme),
      width,
      height,
      margin: { l: 0, r: 0, t: 0, b: 0, pad: 0 },
      ...(first === undefined ? { xaxis: blank, yaxis: blank } : {}),
      ...(Object.assign({}, ...parts.map(({ axes }) => axes)) as Pick<Layout, 'xaxis' | 'yaxis'>),
      shapes: parts.flatMap(({ shapes }) => shapes),
      annotations: parts.flatMap(({ annotations }) => annotations),
      showlegend: true,
    },
  };
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One figure at its place in all of the picture, with axes, legend and groups of its own number. */
function placed({ data, layout }: Figure, index: number, { x, y, width, height }: Spot) {
  const number = index === 0 ? '' : String(index + 1);
  const [xId, yId] = [`x${number}`, `y${number}`];
  const { margin, title } = layout;
  const across = (pixels: number): number => (x + pixels) / width;
  const up = (pixels: number): number => 1 - (y + pixels) / height;
  const ref = (own: string, id: string): string => (own === 'paper' ? `${id} domain` : id);
  const legend: LegendPlace = {
    x: across(0),
    y: up(layout.height + 4),
    xanchor: 'left',
    yanchor: 'top',
    xref: 'paper',
    yref: 'paper',
    tracegroupgap: 0,
    bgcolor: 'rgba(0,0,0,0)',
  };
  return {
    data: data.map((trace): ScatterTrace => ({
      ...trace,
      xaxis: xId,
      yaxis: yId,
      legend: `legend${number}`,
      legendgroup: `p${index}${trace.legendgroup ?? ''}`,
    })),
    axes: {
      [`xaxis${number}`]: {
        ...layout.xaxis,
        domain: [across(margin.l), across(layout.width - margin.r)],
        anchor: yId,
      },
      [`yaxis${number}`]: {
        ...layout.yaxis,
        domain: [up(layout.height - margin.b), up(margin.t)],
        anchor: xId,
      },
      [`legend${number}`]: legend,
    },
    shapes: (layout.shapes ?? []).map((shape): Shape => ({
      ...shape,
      // From end to end of an axis by its values: plotly.js 4.1.1 fails on `x domain` in the layer between grid and traces.
      ...(shape.xref === 'paper' ? { x0: endOf(layout.xaxis, shape.x0), x1: endOf(layout.xaxis, shape.x1) } : {}),
      ...(shape.yref === 'paper' ? { y0: endOf(layout.yaxis, shape.y0), y1: endOf(layout.yaxis, shape.y1) } : {}),
      xref: xId,
      yref: yId,
      ...(shape.showlegend ? { legend: `legend${number}` } : {}),
    })),
    annotations: [
      ...(title === undefined
        ? []
        : [
            {
              text: title.text,
              xref: 'paper',
              yref: 'paper',
              x: across(0),
              y: up(0),
              xanchor: 'left' as const,
              yanchor: 'top' as const,
              align: 'left' as const,
              showarrow: false as const,
              ...(title.font ? { font: title.font } : {}),
            },
          ]),
      ...(layout.annotations ?? []).map((note) => ({
        ...note,
        xref: ref(note.xref, xId),
        yref: ref(note.yref, yId),
      })),
    ],
  };
}

/** The value at a share of an axis. */
function endOf({ type, range: [from, to] }: Axis, share: number): number {
  const value = from + share * (to - from);
  return type === 'log' ? 10 ** value : value;
}

/** Names broken into lines that a legend has room for. */
function withShortNames({ data, layout }: Figure): Figure {
  const short = <T extends { readonly name?: string }>(one: T): T =>
    one.name === undefined
      ? one
      : { ...one, name: plotlyLines(plainText(one.name), (layout.width - SAMPLES) / CHARACTER) };
  return {
    data: data.map(short),
    layout: { ...layout, shapes: (layout.shapes ?? []).map(short) },
  };
}

function keyHeight(figure: Figure): number {
  const names = [...figure.data, ...(figure.layout.shapes ?? [])].flatMap(({ name, showlegend }) =>
    name === undefined || showlegend === false ? [] : linesOf(name),
  );
  return keyOf(figure).length === 0 ? 0 : 12 + LINE * names.length;
}
