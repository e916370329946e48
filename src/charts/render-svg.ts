/**
 * Draws a Plotly figure as SVG without a browser: every attribute that our builders use, where plotly.js would draw it. Pure.
 * What it cannot draw is refused by name (`attributes.ts`).
 */
import { assertDrawable } from './attributes.ts';
import type { Annotation, Axis, Figure, Font, Layout, Shape, Trace } from './plotly-figure.ts';
import { type Frame, framesOf, placeOn } from './frames.ts';
import { drawHeatmap } from './grids/draw-heatmap.ts';
import { type Attributes, markAttributes, paint, strokeOf } from './paint.ts';
import { characters, coordinate, type Markup, type Part, tag } from './svg.ts';
import { linesOf } from './text.ts';

type Draw<T extends Trace> = (trace: T, frame: Frame, layout: Layout) => Markup[];

/** How each kind of trace is drawn. */
const TRACES = { scatter: drawScatter, heatmap: drawHeatmap } as const satisfies { [T in Trace as T['type']]: Draw<T> };

/** The picture of a figure, `layout.width` wide, without legend. Throws `internal` for what it cannot draw. */
export function renderSvg(figure: Figure<Trace>): Part {
  assertDrawable(figure);
  const { data, layout } = figure;
  const frames = framesOf(layout);
  const shapes = (layer: Shape['layer']): Markup[] =>
    (layout.shapes ?? []).filter((shape) => shape.layer === layer).map((shape) => drawShape(shape, layout));
  return {
    markup: [
      tag('rect', { width: layout.width, height: layout.height, fill: layout.paper_bgcolor }),
      ...shapes('below'),
      ...frames.flatMap((frame) => drawGrid(frame)),
      ...shapes('between'),
      ...data.flatMap((trace) => {
        const frame = frames.find(({ x, y }) => x === (trace.xaxis ?? 'x') && y === (trace.yaxis ?? 'y'));
        return frame === undefined ? [] : drawTrace(trace, frame, layout);
      }),
      ...shapes('above'),
      ...frames.flatMap((frame) => drawAxes(frame, layout)),
      ...drawTitle(layout),
      ...(layout.annotations ?? []).flatMap((annotation) => drawAnnotation(annotation, layout)),
    ],
    height: layout.height,
  };
}

function drawTrace<T extends Trace>(trace: T, frame: Frame, layout: Layout): Markup[] {
  return (TRACES[trace.type] as Draw<T>)(trace, frame, layout);
}

function drawGrid({ left, right, top, bottom, xAxis, yAxis, xAt, yAt }: Frame): Markup[] {
  const upright = (value: number): string => `M${coordinate(xAt(value))} ${coordinate(top)}V${coordinate(bottom)}`;
  const level = (value: number): string => `M${coordinate(left)} ${coordinate(yAt(value))}H${coordinate(right)}`;
  return [...gridOf(xAxis, upright), ...gridOf(yAxis, level), ...zeroOf(xAxis, upright), ...zeroOf(yAxis, level)];
}

function gridOf(
  { showgrid = true, gridcolor, tickvals, range: [from, to] }: Axis,
  path: (value: number) => string,
): Markup[] {
  if (!showgrid || gridcolor === undefined) return [];
  return tickvals
    .filter((tick) => tick !== 0 && tick >= Math.min(from, to) && tick <= Math.max(from, to))
    .map((tick) => tag('path', { d: path(tick), fill: 'none', stroke: gridcolor }));
}

function zeroOf(
  { zeroline = false, zerolinecolor = 'currentColor', zerolinewidth = 1, range: [from, to], type }: Axis,
  path: (value: number) => string,
): Markup[] {
  return zeroline && type !== 'log' && from <= 0 && to >= 0
    ? [tag('path', { d: path(0), fill: 'none', stroke: zerolinecolor, 'stroke-width': zerolinewidth })]
    : [];
}

function drawScatter(trace: Extract<Trace, { type: 'scatter' }>, frame: Frame): Markup[] {
  const { mode, line, marker, fill, fillcolor, error_y: error, cliponaxis = true, opacity } = trace;
  const places = trace.x.map((x, index) => {
    const y = trace.y[index] ?? null;
    return x === null || y === null || !Number.isFinite(x + y)
      ? null
      : { x: frame.xAt(x), y: frame.yAt(y), index, value: y };
  });
  const known = places.flatMap((place) => (place === null ? [] : [place]));
  const inSight = known.filter(
    ({ x, y }) => x >= frame.left - 0.5 && x <= frame.right + 0.5 && y >= frame.top - 0.5 && y <= frame.bottom + 0.5,
  );
  const clipped: Markup[] = [];
  const free: Markup[] = [];
  if (fill !== undefined && known.length > 1) {
    const zero = coordinate(frame.yAt(0));
    const [first, last] = [known[0], known.at(-1)];
    const through = known.map(({ x, y }) => `${coordinate(x)} ${coordinate(y)}`).join('L');
    clipped.push(
      tag('path', {
        d:
          fill === 'toself'
            ? `M${through}z`
            : `M${coordinate(first?.x ?? 0)} ${zero}L${through}L${coordinate(last?.x ?? 0)} ${zero}z`,
        ...paint('fill', fillcolor ?? 'none'),
      }),
    );
  }
  if (error) {
    const bars = known.flatMap(({ x, index, value }) => {
      const [up, down] = [error.array[index] ?? null, error.arrayminus[index] ?? null];
      if (up === null || down === null) return [];
      const [high, low] = [coordinate(frame.yAt(value + up)), coordinate(frame.yAt(value - down))];
      const cap = `h${coordinate(2 * error.width)}`;
      const from = coordinate(x - error.width);
      return [`M${coordinate(x)} ${low}V${high}M${from} ${low}${cap}M${from} ${high}${cap}`];
    });
    const whiskers = bars.map((d) =>
      tag('path', { d, fill: 'none', stroke: error.color, 'stroke-width': error.thickness }),
    );
    (cliponaxis ? clipped : free).push(...whiskers);
  }
  if (mode !== 'markers' && line !== undefined && line.width > 0) {
    const d = runsOf(places)
      .filter((run) => run.length > 1)
      .map((run) => `M${run.map(({ x, y }) => `${coordinate(x)} ${coordinate(y)}`).join('L')}`)
      .join('');
    if (d !== '') clipped.push(tag('path', { d, fill: 'none', ...strokeOf(line), 'stroke-linejoin': 'round' }));
  }
  if (mode !== 'lines' && marker !== undefined) {
    const marks = (cliponaxis ? known : inSight).map(({ x, y }) =>
      tag('path', {
        transform: `translate(${coordinate(x)} ${coordinate(y)})`,
        ...markAttributes(marker),
      }),
    );
    (cliponaxis ? clipped : free).push(...marks);
  }
  const all = [...(clipped.length === 0 ? [] : [clip(frame, clipped)]), ...free];
  return opacity === undefined || opacity === 1 || all.length === 0 ? all : [tag('g', { opacity }, all)];
}

/** Stretches without a gap. */
function runsOf<T>(places: readonly (T | null)[]): T[][] {
  const runs: T[][] = [[]];
  for (const place of places) {
    if (place === null) runs.push([]);
    else runs.at(-1)?.push(place);
  }
  return runs;
}

/** A picture within the picture cuts off what reaches beyond the plot, and needs no name that another could have. */
function clip({ left, right, top, bottom }: Frame, children: readonly Markup[]): Markup {
  const [width, height] = [right - left, bottom - top];
  return tag(
    'svg',
    {
      x: left,
      y: top,
      width,
      height,
      viewBox: `${coordinate(left)} ${coordinate(top)} ${coordinate(width)} ${coordinate(height)}`,
    },
    children,
  );
}

function drawShape(shape: Shape, layout: Layout): Markup {
  const x = [shape.x0, shape.x1].map((value) => placeOn(layout, shape.xref, value, 'x')) as [number, number];
  const y = [shape.y0, shape.y1].map((value) => placeOn(layout, shape.yref, value, 'y')) as [number, number];
  const look: Attributes = {
    ...(shape.line.width > 0 ? strokeOf({ color: shape.line.color ?? 'currentColor', ...shape.line }) : {}),
    ...(shape.opacity === undefined ? {} : { opacity: shape.opacity }),
  };
  return shape.type === 'line'
    ? tag('path', {
        d: `M${coordinate(x[0])} ${coordinate(y[0])}L${coordinate(x[1])} ${coordinate(y[1])}`,
        fill: 'none',
        ...look,
      })
    : tag('rect', {
        x: Math.min(...x),
        y: Math.min(...y),
        width: Math.abs(x[1] - x[0]),
        height: Math.abs(y[1] - y[0]),
        ...paint('fill', shape.fillcolor ?? 'none'),
        ...look,
      });
}

function drawAxes({ left, right, bottom, xAxis, yAxis, xAt, yAt, ownsX, ownsY }: Frame, { font }: Layout): Markup[] {
  const markup: Markup[] = [];
  if (ownsX) {
    if (xAxis.showline)
      markup.push(
        tag('path', {
          d: `M${coordinate(left)} ${coordinate(bottom)}H${coordinate(right)}`,
          fill: 'none',
          stroke: xAxis.linecolor ?? 'currentColor',
        }),
      );
    const length = xAxis.ticks === 'outside' ? (xAxis.ticklen ?? 5) : 0;
    let lowest = bottom;
    xAxis.tickvals.forEach((tick, index) => {
      const at = xAt(tick);
      if (at < left - 0.5 || at > right + 0.5) return;
      if (length > 0)
        markup.push(
          tag('path', {
            d: `M${coordinate(at)} ${coordinate(bottom)}v${length}`,
            fill: 'none',
            stroke: xAxis.tickcolor ?? 'currentColor',
          }),
        );
      const lines = linesOf(xAxis.ticktext[index] ?? '');
      const own = { ...font, ...xAxis.tickfont };
      const top = bottom + length + 2;
      if (xAxis.tickangle) {
        markup.push(drawLines(lines, at + 4, top + 10, 'end', own, xAxis.tickangle));
        lowest = Math.max(lowest, top + 10 + Math.max(...lines.map(({ length: letters }) => letters)) * 4);
      } else {
        markup.push(drawLines(lines, at, top + (own.size ?? 12), 'middle', own));
        lowest = Math.max(lowest, top + lineHeight(own) * lines.length);
      }
    });
    if (xAxis.title !== undefined) {
      const own = { ...font, ...xAxis.title.font };
      const top = lowest + (xAxis.title.standoff ?? 8);
      markup.push(
        drawLines(linesOf(xAxis.title.text), (left + right) / 2, top + (own.size ?? 12) * 0.9, 'middle', own),
      );
    }
  }
  if (ownsY)
    yAxis.tickvals.forEach((tick, index) => {
      const own = { ...font, ...yAxis.tickfont };
      markup.push(
        drawLines(linesOf(yAxis.ticktext[index] ?? ''), left - 6, yAt(tick) + (own.size ?? 12) * 0.35, 'end', own),
      );
    });
  return markup;
}

function drawTitle({ title, font }: Layout): Markup[] {
  if (title === undefined) return [];
  const own = { ...font, ...title.font };
  return [drawLines(linesOf(title.text), 0, (title.pad?.t ?? 0) + (own.size ?? 12) * 0.95, 'start', own)];
}

function drawAnnotation(note: Annotation, layout: Layout): Markup[] {
  const lines = linesOf(note.text);
  const own = { ...layout.font, ...note.font };
  const size = own.size ?? 12;
  const height = lineHeight(own) * (lines.length - 1);
  const x = placeOn(layout, note.xref, note.x, 'x') + (note.xshift ?? 0);
  const y = placeOn(layout, note.yref, note.y, 'y') - (note.yshift ?? 0);
  const first = { top: y + size, middle: y + size * 0.35 - height / 2, bottom: y - size * 0.3 - height }[note.yanchor];
  return [drawLines(lines, x, first, ({ left: 'start', center: 'middle', right: 'end' } as const)[note.xanchor], own)];
}

/** Lines of text, the baseline of the first at x, y; turned around there. */
function drawLines(
  lines: readonly string[],
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end',
  font: Font,
  turned = 0,
): Markup {
  return tag(
    'text',
    {
      transform: `translate(${coordinate(x)} ${coordinate(y)})${turned === 0 ? '' : ` rotate(${turned})`}`,
      'text-anchor': anchor,
      'font-size': font.size ?? 12,
      ...(font.weight === undefined ? {} : { 'font-weight': font.weight }),
      fill: font.color ?? 'currentColor',
    },
    lines.length === 1
      ? lines.map(characters)
      : lines.map((line, index) => tag('tspan', { x: 0, y: index * lineHeight(font) }, [characters(line)])),
  );
}

/** As in plotly.js. */
function lineHeight({ size = 12 }: Font): number {
  return 1.3 * size;
}
