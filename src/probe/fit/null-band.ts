/**
 * The grey band behind a readout: what random directions of the training data's own covariance read at the same
 * control text, in their own units and corrected for the length of the text, as the probe is by its zero labels.
 */
import type { NullModel } from '../probe-types.ts';
import { createRng } from '../../base/rng.ts';
import { quantileOfSorted } from '../../stats/stats.ts';

/** Random directions, ready to be applied: z = w·h - offset - slope (ln n - driftOrigin). */
export interface DrawnDirections {
  readonly layers: number;
  readonly hidden: number;
  readonly count: number;
  /** Directions divided by their own unit `[layers, count, hidden]`. */
  readonly directions: Float32Array;
  /** `[layers, count]` */
  readonly offsets: Float64Array;
  /** `[layers, count]` */
  readonly slopes: Float64Array;
  readonly driftOrigin: number;
}

/** The random directions of one layer, as in {@link DrawnDirections}. */
export interface LayerDirections {
  /** `[count, hidden]` */
  readonly directions: Float32Array;
  /** `[count]` */
  readonly offsets: Float64Array;
  /** `[count]` */
  readonly slopes: Float64Array;
}

/**
 * Draws `nullModel.count` directions for each of `layers` layers (model.layerCount + 1) from its seed; equal on every
 * machine. About 14 MB for 31 layers, 200 directions, width 576.
 */
export function drawNullDirections(nullModel: NullModel, layers: number): DrawnDirections {
  const { count, driftOrigin } = nullModel;
  const hidden = nullModel.featureScale.length / layers;
  const drawn = {
    layers,
    hidden,
    count,
    directions: new Float32Array(layers * count * hidden),
    offsets: new Float64Array(layers * count),
    slopes: new Float64Array(layers * count),
    driftOrigin,
  };
  for (let layer = 0; layer < layers; layer += 1) {
    const { directions, offsets, slopes } = drawLayerDirections(nullModel, layers, layer);
    drawn.directions.set(directions, layer * count * hidden);
    drawn.offsets.set(offsets, layer * count);
    drawn.slopes.set(slopes, layer * count);
  }
  return drawn;
}

/**
 * The same for one layer alone. With A the factor and g normal: w = A'g/featureScale, its unit s = |A A'g|, the standard
 * deviation of w·h over the training turns. A direction without spread (layer 0) becomes zero and reads 0.
 */
export function drawLayerDirections(nullModel: NullModel, layers: number, layer: number): LayerDirections {
  const { rank, count, factor } = nullModel;
  const hidden = nullModel.featureScale.length / layers;
  const directions = new Float32Array(count * hidden);
  const offsets = new Float64Array(count);
  const slopes = new Float64Array(count);
  const w = new Float64Array(hidden);
  const rng = createRng(nullModel.seed, layer + 1);
  const base = layer * rank * hidden;
  for (let d = 0; d < count; d += 1) {
    w.fill(0);
    for (let r = 0; r < rank; r += 1) {
      const weight = rng.normal();
      for (let f = 0; f < hidden; f += 1) w[f] = (w[f] ?? 0) + weight * (factor[base + r * hidden + f] ?? 0);
    }
    let variance = 0;
    for (let r = 0; r < rank; r += 1) {
      let score = 0;
      for (let f = 0; f < hidden; f += 1) score += (w[f] ?? 0) * (factor[base + r * hidden + f] ?? 0);
      variance += score * score;
    }
    if (!(variance > 0)) continue;
    const unit = Math.sqrt(variance);
    let offset = 0;
    let slope = 0;
    for (let f = 0; f < hidden; f += 1) {
      const value = Math.fround((w[f] ?? 0) / (unit * (nullModel.featureScale[layer * hidden + f] ?? NaN)));
      directions[d * hidden + f] = value;
      offset += value * (nullModel.center[layer * hidden + f] ?? NaN);
      slope += value * (nullModel.drift[layer * hidden + f] ?? NaN);
    }
    offsets[d] = offset;
    slopes[d] = slope;
  }
  return { directions, offsets, slopes };
}

/** The 5th and 95th percentile by layer of the readings of random directions. */
export interface NullBand {
  /** `[layers]` */
  readonly low: Float32Array;
  /** `[layers]` */
  readonly high: Float32Array;
}

/**
 * The null band at one control text. `readoutMeanResidual` `[layers, hidden]` is the mean residual over the control text's tokens, then
 * over control texts, exactly what {@link readoutScore} in `score.ts` takes; `tokensBefore` is the number of tokens of text before the
 * control text.
 */
export function nullBand(drawn: DrawnDirections, readoutMeanResidual: Float32Array, tokensBefore: number): NullBand {
  const { layers, hidden, count, directions, offsets, slopes } = drawn;
  const low = new Float32Array(layers);
  const high = new Float32Array(layers);
  const length = Math.log(tokensBefore) - drawn.driftOrigin;
  const scores = new Float64Array(count);
  for (let layer = 0; layer < layers; layer += 1) {
    const h = Float64Array.from(readoutMeanResidual.subarray(layer * hidden, (layer + 1) * hidden));
    for (let d = 0; d < count; d += 1) {
      const at = layer * count + d;
      const start = at * hidden;
      let a = 0;
      let b = 0;
      for (let f = 0; f + 1 < hidden; f += 2) {
        a += (h[f] ?? 0) * (directions[start + f] ?? 0);
        b += (h[f + 1] ?? 0) * (directions[start + f + 1] ?? 0);
      }
      if (hidden % 2 === 1) a += (h[hidden - 1] ?? 0) * (directions[start + hidden - 1] ?? 0);
      scores[d] = a + b - (offsets[at] ?? 0) - length * (slopes[at] ?? 0);
    }
    scores.sort();
    low[layer] = quantileOfSorted(scores, 0.05);
    high[layer] = quantileOfSorted(scores, 0.95);
  }
  return { low, high };
}
