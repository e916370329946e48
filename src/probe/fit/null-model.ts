/**
 * What random directions must look like to be a fair null: drawn from the covariance of the training readings
 * themselves. Isotropic directions would be far too easy to beat, because most of them miss everything that varies.
 */
import { concat } from '../../base/float32.ts';
import type { NullModel } from '../probe-types.ts';
import { covarianceFactor } from '../../stats/linear/principal.ts';
import { labelOf, neutralWeights, type ReadoutRows, turnsOf } from '../../stats/linear/rows.ts';

/** One layer of a null model. */
export interface NullLayer {
  /** `[rank, hidden]`; rows beyond the rank of the data are zero. */
  readonly factor: Float32Array;
  readonly featureScale: Float32Array;
  readonly center: Float32Array;
  readonly drift: Float32Array;
  /** Share of the variance of the readings that the factor keeps. */
  readonly kept: number;
}

/**
 * The null model of one layer. Covariance: over the readings (mean over control texts) of the turns of both poles, in units of
 * each feature's own standard deviation + 1e-6. Centre and drift: weighted least squares of the neutral rows on
 * ln(tokens before the control text), with the weights that also define zero, so that the null is pinned where the probe is.
 */
export function fitNullLayer(rows: ReadoutRows, layer: number, rank: number, driftOrigin: number): NullLayer {
  const { hidden, info } = rows;
  const residuals = rows.residuals[layer] ?? new Float32Array(0);
  const turns = turnsOf(info, (row) => labelOf(row.role) !== 0);
  const x = new Float64Array(turns.length * hidden);
  turns.forEach((turn, i) => {
    for (const row of turn.rows)
      for (let f = 0; f < hidden; f += 1)
        x[i * hidden + f] = (x[i * hidden + f] ?? 0) + (residuals[row * hidden + f] ?? NaN) / turn.rows.length;
  });
  const featureScale = new Float32Array(hidden);
  let total = 0;
  for (let f = 0; f < hidden; f += 1) {
    let mean = 0;
    for (let i = 0; i < turns.length; i += 1) mean += (x[i * hidden + f] ?? 0) / turns.length;
    let squares = 0;
    for (let i = 0; i < turns.length; i += 1) {
      const value = (x[i * hidden + f] ?? 0) - mean;
      x[i * hidden + f] = value;
      squares += value * value;
    }
    const scale = Math.fround(Math.sqrt(squares / turns.length) + 1e-6);
    featureScale[f] = scale;
    for (let i = 0; i < turns.length; i += 1) x[i * hidden + f] = (x[i * hidden + f] ?? 0) / scale;
    total += squares / turns.length / (scale * scale);
  }
  const factor = new Float32Array(rank * hidden);
  let kept = 1;
  // At layer 0 every turn reads the same: what is left is rounding, and its directions would mean nothing.
  if (total > 1e-6 * hidden) {
    const found = covarianceFactor(x, turns.length, hidden, rank);
    factor.set(found.factor);
    kept = found.kept;
  }
  return { factor, featureScale, ...fitDrift(rows, residuals, driftOrigin), kept };
}

/** Weighted mean of ln(tokens before the control text) over the neutral rows: the length at which the centre is taken. */
export function driftOriginOf(rows: ReadoutRows): number {
  const weights = neutralWeights(rows.info);
  return rows.info.reduce((sum, row, i) => sum + (weights[i] ?? 0) * Math.log(row.tokensBefore), 0);
}

function fitDrift(
  rows: ReadoutRows,
  residuals: Float32Array,
  driftOrigin: number,
): Pick<NullLayer, 'center' | 'drift'> {
  const { hidden, info } = rows;
  const weights = neutralWeights(info);
  const center = new Float64Array(hidden);
  const slope = new Float64Array(hidden);
  let spread = 0;
  info.forEach((row, i) => {
    const weight = weights[i] ?? 0;
    if (weight === 0) return;
    const length = Math.log(row.tokensBefore) - driftOrigin;
    spread += weight * length * length;
    for (let f = 0; f < hidden; f += 1) {
      const value = residuals[i * hidden + f] ?? NaN;
      center[f] = (center[f] ?? 0) + weight * value;
      // The lengths are centred with the same weights, so the mean of the values drops out of the covariance.
      slope[f] = (slope[f] ?? 0) + weight * length * value;
    }
  });
  return {
    center: Float32Array.from(center),
    drift: Float32Array.from(slope, (value) => (spread > 1e-9 ? value / spread : 0)),
  };
}

/** Joins the layers of a null model, 0 to L. */
export function joinNullLayers(
  layers: readonly NullLayer[],
  rank: number,
  driftOrigin: number,
  seed: number,
  count: number,
): NullModel {
  return {
    factor: concat(layers.map((layer) => layer.factor)),
    rank,
    featureScale: concat(layers.map((layer) => layer.featureScale)),
    center: concat(layers.map((layer) => layer.center)),
    drift: concat(layers.map((layer) => layer.drift)),
    driftOrigin,
    seed,
    count,
  };
}
