/** Applies a probe to residuals: z = (w·h - mean)/scale, with the mean of tokens or of readouts. */
import { tokenZero } from './early-tokens.ts';
import type { Probe } from '../probe/probe-types.ts';

/** All that a token's scores need of its residual stream. */
export interface StreamProducts {
  /** The layer-0 residuals `[tokens, hidden]`. */
  readonly embeddings: Float32Array;
  /** For each direction its products with the stream `[layers, tokens]`. */
  readonly along: readonly ArrayLike<number>[];
}

/**
 * The products of residuals `[layers, tokens, hidden]` with directions `[layers, hidden]` each. Throws `RangeError`
 * where a size does not fit.
 */
export function streamProducts(
  directions: readonly Float32Array[],
  residuals: Float32Array,
  tokens: number,
  hidden: number,
): StreamProducts {
  const layers = residuals.length / (tokens * hidden);
  const wrong = directions.find(({ length }) => length !== layers * hidden);
  if (wrong)
    throw new RangeError(
      `residuals hold ${residuals.length} numbers, not ${wrong.length / hidden} layers x ${tokens} tokens x ${hidden}`,
    );
  return {
    embeddings: residuals.subarray(0, tokens * hidden),
    along: directions.map((direction) =>
      Float64Array.from({ length: layers * tokens }, (_, at) =>
        dot(direction, Math.floor(at / tokens) * hidden, residuals, at * hidden, hidden),
      ),
    ),
  };
}

/**
 * Scores of consecutive tokens, `[tokens, layers]` row-major (the layout of `TokenBatch`), from the products of their
 * streams with the probe's directions `[layers, tokens]`; `firstPosition` is the position of the first token in the
 * text. Position 0 becomes NaN.
 */
export function tokenScores(
  probe: Pick<Probe, 'calibration' | 'earlyTokens'>,
  along: ArrayLike<number>,
  firstPosition: number,
): Float32Array {
  const layers = probe.calibration.length;
  const tokens = along.length / layers;
  const out = new Float32Array(along.length);
  for (let layer = 0; layer < layers; layer += 1) {
    const calibration = probe.calibration[layer];
    if (calibration === undefined) continue; // cannot be: layers is its length
    for (let token = 0; token < tokens; token += 1) {
      const position = firstPosition + token;
      out[token * layers + layer] =
        position === 0
          ? NaN
          : ((along[layer * tokens + token] ?? NaN) - tokenZero(calibration, probe.earlyTokens, layer, position)) /
            calibration.scale;
    }
  }
  return out;
}

/**
 * The readout by layer `[layers]`. `readoutMean` `[layers, hidden]` is the mean residual over the control text's tokens, then over
 * the probe's control texts. Throws `RangeError` where the size does not fit.
 */
export function readoutScore(
  probe: Pick<Probe, 'model' | 'directions' | 'calibration'>,
  readoutMean: Float32Array,
): Float32Array {
  const layers = probe.calibration.length;
  const { hidden } = probe.model;
  if (readoutMean.length !== layers * hidden)
    throw new RangeError(`a readout holds ${readoutMean.length} numbers, not ${layers} layers x ${hidden}`);
  return Float32Array.from(
    probe.calibration,
    ({ tapMean: zero, scale }, layer) =>
      (dot(probe.directions, layer * hidden, readoutMean, layer * hidden, hidden) - zero) / scale,
  );
}

/** The element-wise mean of readings of equal length, e.g. of one text's readouts; throws `RangeError` for an empty list. */
export function meanReading(readings: readonly Float32Array[]): Float32Array {
  const length = readings[0]?.length;
  if (length === undefined) throw new RangeError('there is no reading to average');
  const sum = new Float64Array(length);
  for (const reading of readings) for (let i = 0; i < length; i += 1) sum[i] = (sum[i] ?? 0) + (reading[i] ?? NaN);
  // A loop: a callback for each of thousands of numbers takes longer than their sum.
  const mean = new Float32Array(length);
  for (let i = 0; i < length; i += 1) mean[i] = (sum[i] ?? NaN) / readings.length;
  return mean;
}

/** Four sums side by side, in float64: four times the speed of one, because each addition need not wait for the last. */
function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let f = 0;
  for (; f + 3 < length; f += 4) {
    s0 += (a[aStart + f] ?? 0) * (b[bStart + f] ?? 0);
    s1 += (a[aStart + f + 1] ?? 0) * (b[bStart + f + 1] ?? 0);
    s2 += (a[aStart + f + 2] ?? 0) * (b[bStart + f + 2] ?? 0);
    s3 += (a[aStart + f + 3] ?? 0) * (b[bStart + f + 3] ?? 0);
  }
  for (; f < length; f += 1) s0 += (a[aStart + f] ?? 0) * (b[bStart + f] ?? 0);
  return s0 + s1 + (s2 + s3);
}
