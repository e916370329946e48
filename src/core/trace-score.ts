/** Applies the heads of a trace readout: scores by layer, the reading to show, and the chance range of both. */
import { byPole, type ByPole } from './heads.ts';
import type { ShownReading } from './reading.ts';
import { createRng } from './rng.ts';
import { quantileOfSorted } from './stats.ts';
import type { TraceDirections, TraceHead, TraceNull } from './trace-types.ts';

/** Random directions of one head, ready to be applied to a residual `[all layers, hidden]`. */
export interface DrawnTrace {
  readonly layers: readonly number[];
  readonly count: number;
  readonly hidden: number;
  /** In units of their own `[layers, count, hidden]`. */
  readonly directions: Float32Array;
  /** `[layers, count]` */
  readonly offsets: Float64Array;
  /** By direction: the standard deviation of its mean over the reading layers `[count]`. */
  readonly meanUnits: Float64Array;
}

/** What one readout gives. */
export interface TraceScores {
  /** `[layers]` */
  readonly score: Float32Array;
  /** 5th and 95th percentile of random directions `[layers]`; NaN at layers that the null model does not cover. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  readonly poles: ByPole<Float32Array>;
  readonly shown: ShownReading;
}

/**
 * Draws the random directions of a head. One vector g of normal numbers makes the direction of every layer, w = A'g over the
 * feature's spread, so that the mean over layers is that of one direction seen at several depths, as the probe's is.
 */
export function drawTrace(nullModel: TraceNull, shownLayers: readonly number[]): DrawnTrace {
  const rng = createRng(nullModel.seed);
  return directionsOf(nullModel, shownLayers, Array.from({ length: nullModel.count }, () => Float64Array.from({ length: nullModel.rank }, () => rng.normal())));
}

/** The directions of given draws `[count][rank]`. */
export function directionsOf({ layers, rank, factor, featureScale, center }: Omit<TraceNull, 'seed' | 'count'>, shownLayers: readonly number[], draws: readonly ArrayLike<number>[]): DrawnTrace {
  const count = draws.length;
  const hidden = featureScale.length / layers.length;
  const directions = new Float32Array(layers.length * count * hidden);
  const offsets = new Float64Array(layers.length * count);
  const meanUnits = new Float64Array(count);
  const w = new Float64Array(hidden);
  for (const [d, g] of draws.entries()) {
    const together = new Float64Array(rank);
    layers.forEach((layer, at) => {
      const base = at * rank * hidden;
      w.fill(0);
      for (let r = 0; r < rank; r += 1) for (let f = 0; f < hidden; f += 1) w[f] = (w[f] ?? 0) + (g[r] ?? 0) * (factor[base + r * hidden + f] ?? 0);
      const along = Float64Array.from({ length: rank }, (_, r) => sumOf(hidden, (f) => (w[f] ?? 0) * (factor[base + r * hidden + f] ?? 0)));
      const unit = Math.sqrt(along.reduce((sum, value) => sum + value * value, 0));
      if (!(unit > 0)) return;
      const to = (at * count + d) * hidden;
      for (let f = 0; f < hidden; f += 1) directions[to + f] = (w[f] ?? 0) / (unit * (featureScale[at * hidden + f] ?? NaN));
      offsets[at * count + d] = sumOf(hidden, (f) => (directions[to + f] ?? 0) * (center[at * hidden + f] ?? NaN));
      if (shownLayers.includes(layer)) along.forEach((value, r) => (together[r] = (together[r] ?? 0) + value / unit / shownLayers.length));
    });
    meanUnits[d] = Math.sqrt(together.reduce((sum, value) => sum + value * value, 0));
  }
  return { layers, count, hidden, directions, offsets, meanUnits };
}

/** The scores of a reading `[layers, hidden]`. */
export function traceScores(head: TraceHead, drawn: DrawnTrace, shownLayers: readonly number[], reading: Float32Array): TraceScores {
  const score = layerScores(head, reading);
  const { hidden, count } = drawn;
  const low = new Float32Array(score.length).fill(NaN);
  const high = new Float32Array(score.length).fill(NaN);
  const means = new Float64Array(count);
  const values = new Float64Array(count);
  drawn.layers.forEach((layer, at) => {
    for (let d = 0; d < count; d += 1) {
      const start = (at * count + d) * hidden;
      values[d] = product(drawn.directions, start, reading, layer * hidden, hidden) - (drawn.offsets[at * count + d] ?? 0);
      if (shownLayers.includes(layer)) means[d] = (means[d] ?? 0) + (values[d] ?? NaN) / shownLayers.length;
    }
    values.sort();
    low[layer] = quantileOfSorted(values, 0.05);
    high[layer] = quantileOfSorted(values, 0.95);
  });
  const chance = means.map((mean, d) => mean / (drawn.meanUnits[d] ?? NaN)).filter((value) => Number.isFinite(value)).sort();
  const mean = shownLayers.reduce((sum, layer) => sum + (score[layer] ?? NaN), 0) / shownLayers.length;
  return { score, low, high, poles: byPole((pole) => layerScores(head.poles[pole], reading)), shown: { score: mean / head.scale, low: quantileOfSorted(chance, 0.05), high: quantileOfSorted(chance, 0.95) } };
}

/** z = w·h - zero at every layer `[layers]`. Throws `RangeError` where the size does not fit. */
export function layerScores({ directions, zero }: TraceDirections, reading: Float32Array): Float32Array {
  if (directions.length !== reading.length) throw new RangeError(`a reading holds ${reading.length} numbers, not ${directions.length}`);
  const hidden = directions.length / zero.length;
  return Float32Array.from(zero, (at, layer) => product(directions, layer * hidden, reading, layer * hidden, hidden) - at);
}

/** What is scored at a sentence end: the text's own token counts as much as the neutral text. */
export function endReading(own: Float32Array, text: Float32Array): Float32Array {
  return text.map((value, i) => (value + (own[i] ?? NaN)) / 2);
}

/** Two sums side by side, in float64. */
function product(a: Float32Array, aStart: number, b: Float32Array, bStart: number, length: number): number {
  let even = 0;
  let odd = 0;
  for (let f = 0; f + 1 < length; f += 2) {
    even += (a[aStart + f] ?? 0) * (b[bStart + f] ?? 0);
    odd += (a[aStart + f + 1] ?? 0) * (b[bStart + f + 1] ?? 0);
  }
  return length % 2 === 1 ? even + odd + (a[aStart + length - 1] ?? 0) * (b[bStart + length - 1] ?? 0) : even + odd;
}

function sumOf(count: number, term: (index: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += term(i);
  return sum;
}
