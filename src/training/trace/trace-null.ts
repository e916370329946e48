/** What the random directions behind a trace readout are drawn from. */
import { roundToHalf } from '../../base/half.ts';
import { covarianceFactor } from '../../stats/linear/principal.ts';
import type { TraceNull } from '../../probe/trace-types.ts';
import { rowsOfLayer, type TraceRow, type TraceRows } from './trace-rows.ts';

/** Components of the joint covariance. */
const TRACE_RANK = 32;
/** Random directions behind a range. */
const DIRECTIONS = 200;

/**
 * The covariance of the readings of both poles over `layers` at once, each layer in standard units, and the mean of neutral
 * readings. `rows` are those of one head.
 */
export function traceNull(all: TraceRows, rows: readonly number[], layers: readonly number[], seed: number): TraceNull {
  const { hidden } = all;
  const infoOf = (row: number): TraceRow | undefined => all.info[row];
  const poles = rows.filter((row) => {
    const own = infoOf(row);
    return (
      own !== undefined &&
      own.fitted &&
      (own.role === 'positive' || own.role === 'negative') &&
      (own.head === 'ends' || own.stand !== 'sentence')
    );
  });
  const neutral = rows.filter(
    (row) => ['setting', 'neutral', 'beat'].includes(infoOf(row)?.role ?? '') && (infoOf(row)?.story ?? 0) < 0,
  );
  const width = layers.length * hidden;
  const x = new Float64Array(poles.length * width);
  const featureScale = new Float32Array(width);
  const center = new Float32Array(width);
  layers.forEach((layer, at) => {
    const readings = rowsOfLayer(all, layer, poles);
    const zeros = rowsOfLayer(all, layer, neutral);
    for (let f = 0; f < hidden; f += 1) {
      let sum = 0;
      for (let i = 0; i < poles.length; i += 1) sum += readings[i * hidden + f] ?? NaN;
      let squares = 0;
      for (let i = 0; i < poles.length; i += 1)
        squares += ((readings[i * hidden + f] ?? NaN) - sum / poles.length) ** 2;
      // Spread below a thousandth of a feature's size is the rounding of half precision, as at layer 0, where all readings are alike.
      const spread = Math.sqrt(squares / poles.length);
      const unit = spread > 1e-3 * Math.abs(sum / poles.length) && spread > 1e-6 ? Math.fround(spread) : 0;
      featureScale[at * hidden + f] = unit > 0 ? unit : 1;
      for (let i = 0; i < poles.length; i += 1)
        x[i * width + at * hidden + f] = unit > 0 ? ((readings[i * hidden + f] ?? NaN) - sum / poles.length) / unit : 0;
      let rest = 0;
      for (let i = 0; i < neutral.length; i += 1) rest += zeros[i * hidden + f] ?? NaN;
      center[at * hidden + f] = rest / Math.max(1, neutral.length);
    }
  });
  const found = covarianceFactor(x, poles.length, width, TRACE_RANK);
  // From rows of all layers to one block a layer, as the scores are made.
  const factor = new Float32Array(TRACE_RANK * width);
  for (let r = 0; r < found.rank; r += 1)
    layers.forEach((_, at) =>
      factor.set(
        Float32Array.from(found.factor.subarray(r * width + at * hidden, r * width + (at + 1) * hidden)),
        (at * TRACE_RANK + r) * hidden,
      ),
    );
  return { layers, rank: TRACE_RANK, factor: roundToHalf(factor), featureScale, center, seed, count: DIRECTIONS };
}
