/** From the units of a fit's targets to scores: zero at neutral, one standard deviation of the training turns a unit. */
import { wholeScores } from '../../probe/fit/fit.ts';
import type { PreparedLayer } from '../../probe/fit/smoother.ts';
import type { LeftOutFit } from '../../probe/fit/leave-out.ts';
import { neutralWeights } from '../../stats/linear/rows.ts';
import { standardDeviation } from '../../stats/stats.ts';
import type { Readings } from '../readings.ts';

/** z = (f - zero)/unit. */
export interface ScoreScale {
  readonly zero: number;
  readonly unit: number;
  /** Scores of all readings by the whole fit, by number. */
  readonly whole: Float64Array;
}

/**
 * The scale on which held-out scores of a fit are the probe's scores: a reading's own fit differs from the whole one only
 * by what was left out. `layerReadings` `[readings, hidden]`. A fit without spread (layer 0) gets unit 1.
 */
export function scoreScale(
  readings: Readings,
  prepared: PreparedLayer,
  fit: LeftOutFit,
  layerReadings: Float32Array,
): ScoreScale {
  const f = wholeScores(prepared, fit, layerReadings);
  const weights = neutralWeights(readings.info);
  const zero = f.reduce((sum, value, i) => sum + (weights[i] ?? 0) * value, 0);
  const spread = standardDeviation(
    readings.poles.map((reading) => f[reading] ?? NaN),
    'population',
  );
  const unit = spread > 1e-9 ? spread : 1;
  return { zero, unit, whole: f.map((value) => (value - zero) / unit) };
}
