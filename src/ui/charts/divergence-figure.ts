/** How far the next words of two runs are apart, by column, as a Plotly figure: one way round upwards, the other downwards. Pure. */
import { INK, type Theme } from '../../charts/colour.ts';
import { rangeOf } from './difference-figure.ts';
import { GREY, MARGIN } from './trajectory-figure.ts';

/** What the chart shows. */
export interface DivergenceInput {
  /** KL(A ‖ B) and KL(B ‖ A) by column, in nats; NaN where the tokens are not the same. */
  readonly ab: ArrayLike<number>;
  readonly ba: ArrayLike<number>;
  /** Means of both over the columns that count; NaN where there are none. */
  readonly meanAb: number;
  readonly meanBa: number;
  /** Where the runs part, and the first column whose next words differ; null where there is none. */
  readonly parting: number | null;
  readonly first: number | null;
  readonly theme: Theme;
}

/** Height of the chart in CSS pixels. */
export const DIVERGENCE_HEIGHT = 180;

/** Traces and layout, and the value at both ends of the axis. */
export function divergenceFigure({ ab, ba, meanAb, meanBa, parting, first, theme }: DivergenceInput): {
  data: object[];
  layout: object;
  limit: number;
} {
  const grey = GREY[theme];
  const limit = limitOf([...Array.from(ab), ...Array.from(ba)]);
  const stems = (values: ArrayLike<number>, sign: 1 | -1): object => {
    const x: (number | null)[] = [];
    const y: (number | null)[] = [];
    for (let column = 0; column < values.length; column += 1) {
      const value = values[column] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      x.push(column, column, null);
      y.push(0, sign * value, null);
    }
    return {
      type: 'scatter',
      hoverinfo: 'skip',
      showlegend: false,
      mode: 'lines',
      x,
      y,
      line: { width: 2, color: sign > 0 ? INK[theme] : grey.line },
    };
  };
  const upright = (at: number, dash: string): object => ({
    type: 'line',
    xref: 'x',
    yref: 'paper',
    x0: at,
    x1: at,
    y0: 0,
    y1: 1,
    line: { width: 1, color: grey.line, dash },
  });
  const level = (value: number): object[] =>
    Number.isFinite(value)
      ? [
          {
            type: 'line',
            xref: 'paper',
            yref: 'y',
            x0: 0,
            x1: 1,
            y0: value,
            y1: value,
            line: { width: 1.5, color: grey.line, dash: '6px 3px' },
          },
        ]
      : [];
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10].find((size) => limit / size <= 3) ?? 20;
  const side = Array.from({ length: Math.floor(limit / step + 1e-9) }, (_, index) => (index + 1) * step);
  const ticks = [...side.map((tick) => -tick).reverse(), 0, ...side];
  return {
    limit,
    data: [stems(ab, 1), stems(ba, -1)],
    layout: {
      margin: { l: MARGIN.left, r: MARGIN.right, t: MARGIN.top, b: MARGIN.bottom, pad: 0 },
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      font: { family: 'system-ui, sans-serif', size: 11, color: grey.text },
      xaxis: {
        range: rangeOf(ab.length, 0),
        fixedrange: true,
        showgrid: false,
        zeroline: false,
        ticks: 'outside',
        ticklen: 4,
        tickcolor: grey.grid,
        nticks: 8,
        tickformat: 'd',
      },
      yaxis: {
        range: [-limit, limit],
        fixedrange: true,
        gridcolor: grey.grid,
        zeroline: true,
        zerolinecolor: grey.line,
        zerolinewidth: 1,
        tickvals: ticks,
        ticktext: ticks.map((tick) => String(Number(Math.abs(tick).toPrecision(3)))),
      },
      shapes: [
        ...(parting === null ? [] : [upright(parting, 'dot')]),
        ...(first === null || first === parting ? [] : [upright(first, 'dash')]),
        ...level(meanAb),
        ...level(-meanBa),
      ],
      annotations: [],
    },
  };
}

/** A round number above all of them; a tenth of a nat where all are smaller. */
function limitOf(values: readonly number[]): number {
  const highest = values.filter(Number.isFinite).reduce((most, value) => Math.max(most, value), 0) * 1.05;
  if (highest <= 0.1) return 0.1;
  return highest >= 2 ? Math.ceil(highest) : Math.ceil(highest * 10) / 10;
}
