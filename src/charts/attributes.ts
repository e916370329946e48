/** What our renderer can draw of Plotly's schema: the compiler holds it to `plotly-figure.ts`, and every figure is held to it by name. */
import { AppError } from '../base/errors.ts';
import type {
  Annotation,
  Axis,
  Figure,
  Font,
  HeatmapTrace,
  Layout,
  LegendPlace,
  MarkLook,
  MarkSymbol,
  ScatterTrace,
  Shape,
  Trace,
} from './plotly-figure.ts';

/** Any value, one of these, or an object with these attributes; `many` is a list of such objects. */
type Known = 'any' | readonly (string | number | boolean)[] | Attributes | { readonly many: Attributes };
interface Attributes {
  readonly [name: string]: Known;
}

const FONT = { family: 'any', size: 'any', color: 'any', weight: 'any' } as const satisfies Record<keyof Font, Known>;

const SYMBOLS = {
  circle: true,
  square: true,
  diamond: true,
  'diamond-open': true,
  'triangle-up': true,
  'triangle-down': true,
  'x-thin': true,
} as const satisfies Record<MarkSymbol, true>;

const MARKER = {
  symbol: Object.keys(SYMBOLS),
  size: 'any',
  color: 'any',
  line: { color: 'any', width: 'any' },
} as const satisfies Record<keyof MarkLook, Known>;

const SCATTER = {
  type: ['scatter'],
  name: 'any',
  mode: ['lines', 'markers', 'lines+markers'],
  x: 'any',
  y: 'any',
  xaxis: 'any',
  yaxis: 'any',
  line: { color: 'any', width: 'any', dash: 'any' },
  marker: MARKER,
  error_y: {
    type: ['data'],
    symmetric: [false],
    array: 'any',
    arrayminus: 'any',
    color: 'any',
    thickness: 'any',
    width: 'any',
  },
  fill: ['toself', 'tozeroy'],
  fillcolor: 'any',
  opacity: 'any',
  hovertext: 'any',
  hoverinfo: ['text', 'skip'],
  cliponaxis: 'any',
  showlegend: 'any',
  legendgroup: 'any',
  legendrank: 'any',
  legend: 'any',
} as const satisfies Record<keyof ScatterTrace, Known>;

const HEATMAP = {
  type: ['heatmap'],
  x: 'any',
  y: 'any',
  z: 'any',
  zmin: 'any',
  zmax: 'any',
  colorscale: 'any',
  showscale: [false],
  text: 'any',
  texttemplate: ['%{text}'],
  textfont: FONT,
  hovertext: 'any',
  hoverinfo: ['text', 'skip'],
  xgap: 'any',
  ygap: 'any',
  xaxis: 'any',
  yaxis: 'any',
} as const satisfies Record<keyof HeatmapTrace, Known>;

/** By kind of trace. */
const TRACES = { scatter: SCATTER, heatmap: HEATMAP } as const satisfies Record<Trace['type'], Attributes>;

const AXIS = {
  type: ['linear', 'log'],
  range: 'any',
  domain: 'any',
  anchor: 'any',
  fixedrange: 'any',
  showgrid: 'any',
  gridcolor: 'any',
  zeroline: 'any',
  zerolinecolor: 'any',
  zerolinewidth: 'any',
  showline: 'any',
  linecolor: 'any',
  ticks: ['outside', ''],
  ticklen: 'any',
  tickcolor: 'any',
  tickvals: 'any',
  ticktext: 'any',
  tickangle: 'any',
  tickfont: FONT,
  title: { text: 'any', font: FONT, standoff: 'any' },
} as const satisfies Record<keyof Axis, Known>;

const SHAPE = {
  type: ['line', 'rect'],
  layer: ['below', 'between', 'above'],
  xref: 'any',
  yref: 'any',
  x0: 'any',
  x1: 'any',
  y0: 'any',
  y1: 'any',
  line: { width: 'any', color: 'any', dash: 'any' },
  fillcolor: 'any',
  opacity: 'any',
  name: 'any',
  showlegend: 'any',
  legend: 'any',
} as const satisfies Record<keyof Shape, Known>;

const ANNOTATION = {
  text: 'any',
  xref: 'any',
  yref: 'any',
  x: 'any',
  y: 'any',
  xanchor: ['left', 'center', 'right'],
  yanchor: ['top', 'middle', 'bottom'],
  xshift: 'any',
  yshift: 'any',
  align: ['left', 'center', 'right'],
  showarrow: [false],
  font: FONT,
} as const satisfies Record<keyof Annotation, Known>;

const LEGEND = {
  x: 'any',
  y: 'any',
  xanchor: ['left'],
  yanchor: ['top'],
  xref: ['paper'],
  yref: ['paper'],
  tracegroupgap: 'any',
  bgcolor: 'any',
} as const satisfies Record<keyof LegendPlace, Known>;

const LAYOUT = {
  width: 'any',
  height: 'any',
  margin: { l: 'any', r: 'any', t: 'any', b: 'any', pad: [0] },
  paper_bgcolor: 'any',
  plot_bgcolor: 'any',
  font: FONT,
  title: {
    text: 'any',
    font: FONT,
    x: [0],
    xref: ['container'],
    xanchor: ['left'],
    y: [1],
    yref: ['container'],
    yanchor: ['top'],
    pad: { t: 'any' },
  },
  xaxis: AXIS,
  yaxis: AXIS,
  shapes: { many: SHAPE },
  annotations: { many: ANNOTATION },
  showlegend: 'any',
  legend: LEGEND,
  hovermode: ['closest', false],
  hoverlabel: { bgcolor: 'any', bordercolor: 'any', font: FONT, align: ['left'] },
  dragmode: ['zoom', false],
  meta: 'any',
} as const satisfies Record<Exclude<keyof Layout, `${'xaxis' | 'yaxis' | 'legend'}${number}`>, Known>;

/** Holds a figure to what can be drawn of it. Throws `internal` with the path of the first thing that cannot. */
export function assertDrawable({ data, layout }: Figure<Trace>): void {
  data.forEach((trace, index) => {
    const known = Object.hasOwn(TRACES, trace.type) ? TRACES[trace.type] : undefined;
    if (known === undefined) throw cannot(`data[${index}].type`, trace.type);
    check(trace, known, `data[${index}]`);
  });
  check(layout, LAYOUT, 'layout');
}

function check(value: object, attributes: Attributes, path: string): void {
  for (const [name, own] of Object.entries(value) as [string, unknown][]) {
    if (own === undefined) continue;
    const plain = name.replace(/^([xy]axis|legend)\d+$/, '$1');
    const known = Object.hasOwn(attributes, plain) ? attributes[plain] : undefined;
    const where = `${path}.${name}`;
    if (known === undefined) throw cannot(where);
    if (known === 'any') continue;
    if (isChoice(known)) {
      if (!known.some((one) => one === own)) throw cannot(where, own);
    } else if ('many' in known && typeof known.many === 'object') {
      if (!Array.isArray(own)) throw cannot(where, own);
      own.forEach((item: object, index) => check(item, known.many as Attributes, `${where}[${index}]`));
    } else if (typeof own !== 'object' || own === null) throw cannot(where, own);
    else check(own, known as Attributes, where);
  }
}

function isChoice(known: Known): known is readonly (string | number | boolean)[] {
  return Array.isArray(known);
}

function cannot(path: string, value?: unknown): AppError {
  return new AppError(
    'internal',
    `A picture cannot show ${path}${value === undefined ? '' : ` = ${JSON.stringify(value)}`}. Draw it in src/charts/render-svg.ts and name it in src/charts/attributes.ts, or leave it out.`,
  );
}
