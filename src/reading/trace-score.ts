/** Applies the heads of a trace readout: scores by layer, the reading to show, and the chance range of both. */
import { byPole, type ByPole } from '../probe/heads.ts';
import type { ShownReading } from './reading.ts';
import { createRng } from '../base/rng.ts';
import { quantileOfSorted } from '../stats/stats.ts';
import type { TraceDirections, TraceHead, TraceNull } from '../probe/trace-types.ts';

/**
 * Random directions of one head, ready to be applied to a residual `[all layers, hidden]`. None of them is written out: a
 * direction is a mixture of the factor's rows, so the products with those few rows give the products with all directions.
 */
export interface DrawnTrace {
  readonly layers: readonly number[];
  readonly count: number;
  readonly rank: number;
  readonly hidden: number;
  /** The factor's rows over the features' spread `[layers, rank, hidden]`. */
  readonly rows: Float32Array;
  /** Mean neutral reading `[layers, hidden]`. */
  readonly center: Float32Array;
  /** How much of each row each direction takes, at every layer `[count, rank]`. */
  readonly draws: Float64Array;
  /** Standard deviation of each direction's readings `[layers, count]`; 0 where it has no spread, and reads 0. */
  readonly units: Float64Array;
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
  return directionsOf(
    nullModel,
    shownLayers,
    Array.from({ length: nullModel.count }, () => Float64Array.from({ length: nullModel.rank }, () => rng.normal())),
  );
}

/** The directions of given draws `[count][rank]`. */
export function directionsOf(
  { layers, rank, factor, featureScale, center }: Omit<TraceNull, 'seed' | 'count'>,
  shownLayers: readonly number[],
  draws: readonly ArrayLike<number>[],
): DrawnTrace {
  const count = draws.length;
  const hidden = featureScale.length / layers.length;
  const rows = factor.map(
    (value, index) => value / (featureScale[Math.floor(index / (rank * hidden)) * hidden + (index % hidden)] ?? NaN),
  );
  const units = new Float64Array(layers.length * count);
  const together = new Float64Array(count * rank);
  layers.forEach((layer, at) => {
    const row = (r: number): number => (at * rank + r) * hidden;
    const gram = Float64Array.from({ length: rank * rank }, (_, index) =>
      product(factor, row(Math.floor(index / rank)), factor, row(index % rank), hidden),
    );
    for (const [d, g] of draws.entries()) {
      // The direction's products with the factor's rows: their squares sum up to the variance of what it reads.
      const along = Float64Array.from({ length: rank }, (_, r) =>
        sumOf(rank, (other) => (g[other] ?? 0) * (gram[other * rank + r] ?? 0)),
      );
      const unit = Math.sqrt(along.reduce((sum, value) => sum + value * value, 0));
      units[at * count + d] = unit;
      if (unit > 0 && shownLayers.includes(layer))
        along.forEach(
          (value, r) => (together[d * rank + r] = (together[d * rank + r] ?? 0) + value / unit / shownLayers.length),
        );
    }
  });
  const meanUnits = Float64Array.from({ length: count }, (_, d) =>
    Math.sqrt(sumOf(rank, (r) => (together[d * rank + r] ?? 0) ** 2)),
  );
  return {
    layers,
    count,
    rank,
    hidden,
    rows,
    center,
    draws: Float64Array.from(draws.flatMap((g) => Array.from(g))),
    units,
    meanUnits,
  };
}

/** The scores of a reading `[layers, hidden]`. */
export function traceScores(
  head: TraceHead,
  drawn: DrawnTrace,
  shownLayers: readonly number[],
  reading: Float32Array,
): TraceScores {
  const score = layerScores(head, reading);
  const { hidden, count, rank, rows, center, draws, units } = drawn;
  const low = new Float32Array(score.length).fill(NaN);
  const high = new Float32Array(score.length).fill(NaN);
  const means = new Float64Array(count);
  const values = new Float64Array(count);
  const centred = new Float32Array(hidden);
  const along = new Float64Array(rank);
  drawn.layers.forEach((layer, at) => {
    for (let f = 0; f < hidden; f += 1)
      centred[f] = (reading[layer * hidden + f] ?? NaN) - (center[at * hidden + f] ?? NaN);
    for (let r = 0; r < rank; r += 1) along[r] = product(rows, (at * rank + r) * hidden, centred, 0, hidden);
    for (let d = 0; d < count; d += 1) {
      const unit = units[at * count + d] ?? NaN;
      let mixed = 0;
      for (let r = 0; r < rank; r += 1) mixed += (draws[d * rank + r] ?? 0) * (along[r] ?? 0);
      const value = unit > 0 ? mixed / unit : 0;
      values[d] = value;
      if (shownLayers.includes(layer)) means[d] = (means[d] ?? 0) + value / shownLayers.length;
    }
    values.sort();
    low[layer] = quantileOfSorted(values, 0.05);
    high[layer] = quantileOfSorted(values, 0.95);
  });
  const chance = means
    .map((mean, d) => mean / (drawn.meanUnits[d] ?? NaN))
    .filter((value) => Number.isFinite(value))
    .sort();
  return {
    score,
    low,
    high,
    poles: byPole((pole) => layerScores(head.poles[pole], reading)),
    shown: {
      score: shownScore(head, shownLayers, score),
      low: quantileOfSorted(chance, 0.05),
      high: quantileOfSorted(chance, 0.95),
    },
  };
}

/** The reading that is shown: the mean of z over `shownLayers`, in its own unit. */
export function shownScore(
  head: Pick<TraceHead, 'scale'>,
  shownLayers: readonly number[],
  score: Float32Array,
): number {
  return shownLayers.reduce((sum, layer) => sum + (score[layer] ?? NaN), 0) / shownLayers.length / head.scale;
}

/** z = w·h - zero at every layer `[layers]`. Throws `RangeError` where the size does not fit. */
export function layerScores({ directions, zero }: TraceDirections, reading: Float32Array): Float32Array {
  if (directions.length !== reading.length)
    throw new RangeError(`a reading holds ${reading.length} numbers, not ${directions.length}`);
  const hidden = directions.length / zero.length;
  return Float32Array.from(
    zero,
    (at, layer) => product(directions, layer * hidden, reading, layer * hidden, hidden) - at,
  );
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
