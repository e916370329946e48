/**
 * A figure as Plotly describes one: the part of its JSON figure schema that our builders use. plotly.js draws it in the page,
 * {@link file://./render-svg.ts} draws it as SVG, and Python's plotly opens the file. Plain data; what it lacks has Plotly's default.
 * https://plotly.com/javascript/reference/
 */

/** A value on an axis; null is a gap. */
export type Coordinate = number | null;

/** Shapes of marks, by Plotly's names. */
export type MarkSymbol = 'circle' | 'square' | 'diamond' | 'diamond-open' | 'triangle-up' | 'triangle-down' | 'x-thin';

/** A stroke; `dash` is `solid`, `dot`, `dash`, or lengths such as `5px,3px`. */
export interface Stroke {
  readonly color: string;
  readonly width: number;
  readonly dash?: string;
}

/** A font, in CSS pixels. */
export interface Font {
  readonly family?: string;
  readonly size?: number;
  readonly color?: string;
  readonly weight?: number;
}

/** The look of a mark; `size` is its width in CSS pixels. */
export interface MarkLook {
  readonly symbol: MarkSymbol;
  readonly size: number;
  readonly color: string;
  readonly line?: { readonly color: string; readonly width: number };
}

/** Points, a line through them, or an area. */
export interface ScatterTrace {
  readonly type: 'scatter';
  /** What the legend says, as {@link file://./text.ts} writes text. */
  readonly name?: string;
  readonly mode: 'lines' | 'markers' | 'lines+markers';
  readonly x: readonly Coordinate[];
  readonly y: readonly Coordinate[];
  readonly xaxis?: string;
  readonly yaxis?: string;
  readonly line?: Stroke;
  readonly marker?: MarkLook;
  /** Intervals, as lengths above and below each point; null where a point has none. */
  readonly error_y?: {
    readonly type: 'data';
    readonly symmetric: false;
    readonly array: readonly Coordinate[];
    readonly arrayminus: readonly Coordinate[];
    readonly color: string;
    readonly thickness: number;
    readonly width: number;
  };
  readonly fill?: 'toself' | 'tozeroy';
  readonly fillcolor?: string;
  readonly opacity?: number;
  /** One sentence for each point. */
  readonly hovertext?: readonly string[];
  readonly hoverinfo: 'text' | 'skip';
  readonly cliponaxis?: boolean;
  readonly showlegend?: boolean;
  /** Traces of one group are shown and hidden together. */
  readonly legendgroup?: string;
  readonly legendrank?: number;
  readonly legend?: string;
}

/** A grid of cells, coloured by their values. Rows and columns are one apart on their axes. */
export interface HeatmapTrace {
  readonly type: 'heatmap';
  /** Middles of the columns and of the rows: whole numbers in a row. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** `[rows, columns]`; null is an empty cell. */
  readonly z: readonly (readonly Coordinate[])[];
  readonly zmin: number;
  readonly zmax: number;
  /** Colours at shares of the way from `zmin` to `zmax`, the first at 0 and the last at 1. */
  readonly colorscale: readonly (readonly [share: number, colour: string])[];
  readonly showscale: false;
  /** What stands in each cell, as {@link file://./text.ts} writes text. */
  readonly text?: readonly (readonly string[])[];
  readonly texttemplate?: '%{text}';
  readonly textfont?: Font;
  /** One sentence for each cell. */
  readonly hovertext?: readonly (readonly string[])[];
  readonly hoverinfo: 'text' | 'skip';
  /** Room between cells, in CSS pixels. */
  readonly xgap?: number;
  readonly ygap?: number;
  readonly xaxis?: string;
  readonly yaxis?: string;
}

/** Every kind of trace that is used; a further one is asked for by {@link file://./render-svg.ts}. */
export type Trace = ScatterTrace | HeatmapTrace;

/** One axis. Its numbers are written out, so that every program writes the same. */
export interface Axis {
  readonly type?: 'linear' | 'log';
  /** In logarithms to base ten where `type` is `log`. */
  readonly range: readonly [from: number, to: number];
  readonly domain?: readonly [from: number, to: number];
  readonly anchor?: string;
  readonly fixedrange?: boolean;
  readonly showgrid?: boolean;
  readonly gridcolor?: string;
  readonly zeroline?: boolean;
  readonly zerolinecolor?: string;
  readonly zerolinewidth?: number;
  readonly showline?: boolean;
  readonly linecolor?: string;
  readonly ticks?: 'outside' | '';
  readonly ticklen?: number;
  readonly tickcolor?: string;
  readonly tickvals: readonly number[];
  readonly ticktext: readonly string[];
  readonly tickangle?: number;
  readonly tickfont?: Font;
  readonly title?: { readonly text: string; readonly font?: Font; readonly standoff?: number };
}

/** A line or a rectangle; `paper` and `x domain` count from 0 to 1 over all of the plot and over one axis. */
export interface Shape {
  readonly type: 'line' | 'rect';
  /** Below the grid, between grid and traces, or above the traces. */
  readonly layer: 'below' | 'between' | 'above';
  /** An axis (`x`, `y2`; values as they are, also on a logarithmic one), `x domain`, or `paper`. */
  readonly xref: string;
  readonly yref: string;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly line: { readonly width: number; readonly color?: string; readonly dash?: string };
  readonly fillcolor?: string;
  readonly opacity?: number;
  readonly name?: string;
  readonly showlegend?: boolean;
  readonly legend?: string;
}

/** A text on the figure. */
export interface Annotation {
  readonly text: string;
  readonly xref: string;
  readonly yref: string;
  readonly x: number;
  readonly y: number;
  readonly xanchor: 'left' | 'center' | 'right';
  readonly yanchor: 'top' | 'middle' | 'bottom';
  readonly xshift?: number;
  readonly yshift?: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly showarrow: false;
  readonly font?: Font;
}

/** Where a legend stands; only programs other than ours draw it, the page and the cards have a key of their own. */
export interface LegendPlace {
  readonly x?: number;
  readonly y?: number;
  readonly xanchor?: 'left';
  readonly yanchor?: 'top';
  readonly xref?: 'paper';
  readonly yref?: 'paper';
  readonly tracegroupgap?: number;
  readonly bgcolor?: string;
}

/** The names that further axes and legends of {@link sideBySide} have. */
type Numbered<Name extends string> = `${Name}${2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12}`;

/** Everything but the traces. */
export interface Layout
  extends
    Partial<Readonly<Record<Numbered<'xaxis' | 'yaxis'>, Axis>>>,
    Partial<Readonly<Record<Numbered<'legend'>, LegendPlace>>> {
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly l: number; readonly r: number; readonly t: number; readonly b: number; readonly pad: 0 };
  readonly paper_bgcolor: string;
  readonly plot_bgcolor: string;
  readonly font: Font;
  readonly title?: {
    readonly text: string;
    readonly font?: Font;
    readonly x: 0;
    readonly xref: 'container';
    readonly xanchor: 'left';
    readonly y: 1;
    readonly yref: 'container';
    readonly yanchor: 'top';
    readonly pad?: { readonly t?: number };
  };
  readonly xaxis: Axis;
  readonly yaxis: Axis;
  readonly shapes?: readonly Shape[];
  readonly annotations?: readonly Annotation[];
  readonly showlegend?: boolean;
  readonly legend?: LegendPlace;
  readonly hovermode?: 'closest' | false;
  readonly hoverlabel?: {
    readonly bgcolor: string;
    readonly bordercolor: string;
    readonly font: Font;
    readonly align: 'left';
  };
  readonly dragmode?: 'zoom' | false;
  /** Notes of ours; Plotly keeps them and draws nothing of them. */
  readonly meta?: Readonly<Record<string, string>>;
}

/** A whole figure; charts of the page have points and lines alone. */
export interface Figure<T extends Trace = ScatterTrace> {
  readonly data: readonly T[];
  readonly layout: Layout;
}
