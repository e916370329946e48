/** Draws a heatmap of a Plotly figure as SVG: one rectangle a cell, and the text that stands in it. Pure. */
import type { Frame } from '../frames.ts';
import type { HeatmapTrace, Layout } from '../plotly-figure.ts';
import { coordinate, type Markup, svgText, tag } from '../svg.ts';
import { plainText } from '../text.ts';

/** The cells of a heatmap, and their texts above all of them. */
export function drawHeatmap(trace: HeatmapTrace, frame: Frame, { font }: Layout): Markup[] {
  const { x, y, z, text, textfont, xgap = 0, ygap = 0 } = trace;
  const own = { ...font, ...textfont };
  const size = own.size ?? 12;
  const cells: Markup[] = [];
  const texts: Markup[] = [];
  y.forEach((up, row) => {
    x.forEach((across, column) => {
      const value = z[row]?.[column] ?? null;
      if (value === null || !Number.isFinite(value)) return;
      const [left, right] = [frame.xAt(across - 0.5), frame.xAt(across + 0.5)];
      const edges = [frame.yAt(up - 0.5), frame.yAt(up + 0.5)];
      const [top, bottom] = [Math.min(...edges), Math.max(...edges)];
      cells.push(
        tag('rect', {
          x: left + xgap / 2,
          y: top + ygap / 2,
          width: Math.max(0, right - left - xgap),
          height: Math.max(0, bottom - top - ygap),
          fill: colourAt(value, trace),
        }),
      );
      const words = text?.[row]?.[column];
      if (words !== undefined && words !== '')
        texts.push(
          svgText(Number(coordinate((left + right) / 2)), (top + bottom) / 2 + size * 0.35, plainText(words), {
            'text-anchor': 'middle',
            'font-size': size,
            fill: own.color ?? 'currentColor',
          }),
        );
    });
  });
  return [...cells, ...texts];
}

/** The colour of a value: between the two stops around it, as plotly.js mixes them. */
function colourAt(value: number, { zmin, zmax, colorscale }: HeatmapTrace): string {
  const share = Math.max(0, Math.min(1, (value - zmin) / (zmax - zmin || 1)));
  const above = Math.max(
    1,
    colorscale.findIndex(([at]) => at >= share),
  );
  const [low, high] = [colorscale[above - 1], colorscale[above]];
  if (low === undefined || high === undefined) return low?.[1] ?? 'none';
  const part = (share - low[0]) / (high[0] - low[0] || 1);
  const channels = [1, 3, 5].map((at) => {
    const [from, to] = [parseInt(low[1].slice(at, at + 2), 16), parseInt(high[1].slice(at, at + 2), 16)];
    return Math.round(from + (to - from) * part)
      .toString(16)
      .padStart(2, '0');
  });
  return `#${channels.join('')}`;
}
