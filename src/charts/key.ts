/** What is drawn in a figure and by which name: its legend, for programs that write their own. */
import { FIGURE_COLOURS } from './figure-colours.ts';
import type { Figure, MarkLook, Shape, Stroke, Trace } from './plotly-figure.ts';
import { markAttributes, paint, strokeOf } from './paint.ts';
import { type Markup, type Part, svgText, tag } from './svg.ts';
import { plainText } from './text.ts';
import type { Theme } from './colour.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** One line of the key. */
export interface KeyEntry {
  readonly name: string;
  /** The group of traces that it stands for; null for a line or a band that is no series. */
  readonly group: string | null;
  readonly line: Stroke | null;
  readonly mark: MarkLook | null;
  /** An area, and how much of it is seen. */
  readonly area: { readonly color: string; readonly opacity: number } | null;
}

/** Series in their order, then bands and lines. */
export function keyOf({ data, layout }: Figure<Trace>): KeyEntry[] {
  const series = data
    .filter((trace) => trace.type === 'scatter')
    .filter(({ name, showlegend = true }) => showlegend && name !== undefined)
    .toSorted((a, b) => (a.legendrank ?? 0) - (b.legendrank ?? 0))
    .map(({ name = '', legendgroup, mode, line, marker, fill, fillcolor }) => ({
      name: plainText(name),
      group: legendgroup ?? null,
      line: mode === 'markers' || line === undefined || line.width === 0 ? null : line,
      mark: mode === 'lines' ? null : (marker ?? null),
      area: fill === undefined ? null : { color: fillcolor ?? 'none', opacity: 1 },
    }));
  const shapes = (layout.shapes ?? []).filter(({ showlegend, name }) => showlegend === true && name !== undefined);
  const entry = ({ name = '', type, line, fillcolor = 'none', opacity = 1 }: Shape): KeyEntry => ({
    name: plainText(name),
    group: null,
    line: type === 'line' ? { color: 'currentColor', ...line } : null,
    mark: null,
    area: type === 'rect' ? { color: fillcolor, opacity } : null,
  });
  return [...series, ...shapes.map(entry)];
}

/** Width of a sample, in CSS pixels. */
export const SAMPLE = 28;
const ROW = 16;
/** Width of a character in every common font. */
const CHARACTER = 6.7;

/** The key as a picture, one entry below the other, `width` CSS pixels wide. */
export function keyPart(figure: Figure<Trace>, width: number, theme: Theme): Part {
  let y = 8;
  const markup = keyOf(figure).flatMap((entry) => {
    const lines = wrapWords(entry.name, Math.floor((width - 36) / CHARACTER));
    const at = y;
    y += ROW * lines.length + 4;
    return [
      ...sample(entry, at),
      ...lines.map((line, index) =>
        svgText(36, at + 4 + ROW * index, line, { 'font-size': 12, fill: FIGURE_COLOURS[theme].ink }),
      ),
    ];
  });
  return { markup, height: y };
}

function sample({ line, mark, area }: KeyEntry, y: number): Markup[] {
  return [
    ...(area === null
      ? []
      : [tag('rect', { x: 2, y: y - 6, width: 24, height: 12, ...paint('fill', area.color), opacity: area.opacity })]),
    ...(line === null ? [] : [tag('path', { d: `M0 ${y}h${SAMPLE}`, fill: 'none', ...strokeOf(line) })]),
    ...(mark === null ? [] : [tag('path', { transform: `translate(${SAMPLE / 2} ${y})`, ...markAttributes(mark) })]),
  ];
}
