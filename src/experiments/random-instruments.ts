/** What random directions of the rows' own covariance read: the null of a reading. */
import { drawLayerDirections } from '../probe/fit/null-band.ts';
import { standardRows } from '../stats/linear/standard-rows.ts';
import { checkSize, type Gauge } from './gauge.ts';

/**
 * `count` gauges along random directions, Gaussian combinations of the centred `rows` (mean streams `[layers, hidden]`), so that
 * their covariance is that of the rows. 0 is the rows' mean, the unit their standard deviation (divisor n), as for an instrument.
 * `topics` (any whole numbers, one a row) centres rows and units within topics: give it wherever the instrument's rows have
 * topics, or differences between topics make the unit longer than the instrument's. A layer draws from a stream of its own.
 */
export function randomInstruments(
  rows: readonly Float32Array[],
  count: number,
  seed: number,
  layers: number,
  hidden: number,
  topics?: ArrayLike<number>,
): Gauge[] {
  for (const row of rows) checkSize(row, layers, hidden);
  const gauges = Array.from({ length: count }, () => ({
    layers,
    hidden,
    directions: new Float32Array(layers * hidden),
    centre: new Float64Array(layers),
    scale: new Float64Array(layers).fill(1),
  }));
  for (let layer = 0; layer < layers; layer += 1) {
    const { factor, center } = centredRows(
      rows.map((row) => row.subarray(layer * hidden, (layer + 1) * hidden)),
      hidden,
      topics,
    );
    const flat = new Float32Array(layers * hidden);
    // One layer of the shape that all layers have; its directions come divided by their own unit.
    const placed = (values: ArrayLike<number>, width: number): Float32Array => {
      const all = new Float32Array(layers * width);
      all.set(values, layer * width);
      return all;
    };
    const nullModel = {
      factor: placed(factor, rows.length * hidden),
      rank: rows.length,
      featureScale: flat.map(() => 1),
      center: placed(center, hidden),
      drift: flat,
      driftOrigin: 0,
      seed,
      count,
    };
    const drawn = drawLayerDirections(nullModel, layers, layer);
    gauges.forEach(({ directions, centre }, d) => {
      directions.set(drawn.directions.subarray(d * hidden, (d + 1) * hidden), layer * hidden);
      centre[layer] = drawn.offsets[d] ?? NaN;
    });
  }
  return gauges;
}

/** A with A'A the covariance of the rows, divisor n, and their mean; features that vary by rounding alone do not vary. */
function centredRows(
  own: readonly Float32Array[],
  hidden: number,
  topics: ArrayLike<number> | undefined,
): { readonly factor: Float64Array; readonly center: Float64Array } {
  const readings = new Float32Array(own.length * hidden);
  own.forEach((row, i) => readings.set(row, i * hidden));
  const { mean, inverse } = standardRows(readings, hidden);
  const members = new Map<number, number[]>();
  own.forEach((_, i) => members.set(topics?.[i] ?? 0, [...(members.get(topics?.[i] ?? 0) ?? []), i]));
  const factor = new Float64Array(own.length * hidden);
  for (const topic of members.values()) {
    for (let f = 0; f < hidden; f += 1) {
      if (inverse[f] === 0) continue;
      const centre = topic.reduce((sum, i) => sum + (own[i]?.[f] ?? NaN), 0) / topic.length;
      for (const i of topic) factor[i * hidden + f] = ((own[i]?.[f] ?? NaN) - centre) / Math.sqrt(own.length);
    }
  }
  return { factor, center: mean };
}
