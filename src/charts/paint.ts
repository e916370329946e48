/** Colours, strokes and marks of a Plotly figure as SVG attributes. */
import type { MarkLook, Stroke } from './plotly-figure.ts';
import { isOutline, markPath } from './marks.ts';

/** Of an element. */
export type Attributes = Readonly<Record<string, string | number>>;

/** The attributes of a stroke. */
export function strokeOf({ color, width, dash = 'solid' }: Stroke): Attributes {
  const dashes =
    { solid: '', dot: `${width},${width}`, dash: `${3 * width},${3 * width}` }[dash] ?? dash.replaceAll('px', '');
  return {
    ...paint('stroke', color),
    'stroke-width': width,
    ...(dashes === '' ? {} : { 'stroke-dasharray': dashes }),
  };
}

/** The SVG attributes of a mark around 0, 0. */
export function markAttributes({ symbol, size, color, line }: MarkLook): Attributes {
  return {
    d: markPath(symbol, size),
    ...(isOutline(symbol) ? { fill: 'none' } : paint('fill', color)),
    ...(line === undefined
      ? {}
      : { ...paint('stroke', symbol === 'diamond-open' ? color : line.color), 'stroke-width': line.width }),
  };
}

/** A colour as attributes that every program knows: its opacity apart. */
export function paint(what: 'fill' | 'stroke', color: string): Attributes {
  const [, rgb = '', opacity = ''] = /^rgba\((\d+,\d+,\d+),([\d.]+)\)$/.exec(color) ?? [];
  return rgb === '' ? { [what]: color } : { [what]: `rgb(${rgb})`, [`${what}-opacity`]: opacity };
}
