/** What reads a vector along a direction at every layer, however the direction was made. */

/** Directions with zero and unit. */
export interface Gauge {
  /** Of the model: layerCount + 1. */
  readonly layers: number;
  readonly hidden: number;
  /** `[layers, hidden]`; zeros where the rows do not differ along any direction, as at layer 0, and then the score is 0. */
  readonly directions: Float32Array;
  /** w·h that reads 0 `[layers]`. */
  readonly centre: Float64Array;
  /** w·h of one unit `[layers]`. */
  readonly scale: Float64Array;
}

/** Scores (w·h - centre) / scale `[layers]` of a mean stream `[layers, hidden]`. Throws `RangeError` where the size does not fit. */
export function scoreAt(gauge: Gauge, mean: Float32Array): Float64Array {
  const { layers, hidden, directions, centre, scale } = gauge;
  checkSize(mean, layers, hidden);
  return Float64Array.from(
    { length: layers },
    (_, layer) => (alongAt(directions, mean, layer, hidden) - (centre[layer] ?? NaN)) / (scale[layer] ?? NaN),
  );
}

/** w·h at one layer, in float64; both `[layers, hidden]`. */
export function alongAt(directions: Float32Array, mean: Float32Array, layer: number, hidden: number): number {
  let sum = 0;
  for (let at = layer * hidden; at < (layer + 1) * hidden; at += 1) sum += (directions[at] ?? NaN) * (mean[at] ?? NaN);
  return sum;
}

/** Throws `RangeError` unless `mean` holds `[layers, hidden]`. */
export function checkSize(mean: Float32Array, layers: number, hidden: number): void {
  if (mean.length !== layers * hidden)
    throw new RangeError(`a mean stream holds ${mean.length} numbers, not ${layers} layers x ${hidden}`);
}
