/** Places on a drawing whose x axis is the layers of a model. Pure. */

/** Room around the plot, in pixels. */
const MARGIN = { left: 36, right: 10, top: 10, bottom: 22 } as const;

/** Where numbers lie on a drawing. */
export interface LayerAxis {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  x(layer: number): number;
  y(value: number): number;
  /** Points of a polyline; layers without a finite value are left out. */
  line(values: readonly (number | null)[]): string;
  /** Points of the area between two lines. */
  area(low: readonly (number | null)[], high: readonly (number | null)[]): string;
  readonly ticks: readonly number[];
}

/** An axis of `layers` layers on a drawing of this size, for values from `low` to `high`; what lies beyond is drawn at the edge. */
export function layerAxis(
  size: { readonly width: number; readonly height: number },
  layers: number,
  low: number,
  high: number,
): LayerAxis {
  const left = MARGIN.left;
  const right = Math.max(left + 1, size.width - MARGIN.right);
  const bottom = size.height - MARGIN.bottom;
  const x = (layer: number): number => left + (layer / Math.max(1, layers - 1)) * (right - left);
  const y = (value: number): number =>
    bottom - ((Math.max(low, Math.min(high, value)) - low) / (high - low)) * (bottom - MARGIN.top);
  const points = (values: readonly (number | null)[]): string[] =>
    values.flatMap((value, layer) =>
      value === null || !Number.isFinite(value) ? [] : [`${x(layer).toFixed(1)},${y(value).toFixed(1)}`],
    );
  const step = layers > 20 ? 5 : layers > 10 ? 2 : 1;
  return {
    left,
    right,
    top: MARGIN.top,
    bottom,
    x,
    y,
    line: (values) => points(values).join(' '),
    area: (from, to) => [...points(to), ...points(from).reverse()].join(' '),
    ticks: Array.from({ length: layers }, (_, layer) => layer).filter((layer) => layer % step === 0),
  };
}
