/**
 * From a direction to a score: where zero is and how long a unit is.
 *
 * The unit is the standard deviation of the readings of the training turns of both poles, a reading being the mean over
 * the control texts. (Over single control-text rows it would mostly measure how the control texts differ from each other, which no reading
 * contains.)
 */
import { labelOf, meanByTurn, neutralWeights, type RowInfo, turnsOf } from '../../stats/linear/rows.ts';
import { standardDeviation } from '../../stats/stats.ts';

/** Zero and unit of readouts at one layer. */
export interface ReadoutCalibration {
  readonly tapMean: number;
  readonly scale: number;
}

/** w·h for every row of `residuals` `[rows, hidden]`, summed in float64. */
export function project(residuals: ArrayLike<number>, direction: ArrayLike<number>): Float64Array {
  const hidden = direction.length;
  const rows = residuals.length / hidden;
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i += 1) {
    let sum = 0;
    for (let f = 0; f < hidden; f += 1) sum += (residuals[i * hidden + f] ?? NaN) * (direction[f] ?? 0);
    out[i] = sum;
  }
  return out;
}

/**
 * Zero (the weighted mean over neutral rows, {@link neutralWeights}) and unit of the projections of all rows. A
 * direction without spread (layer 0) gets unit 1.
 */
export function calibrateReadouts(projections: ArrayLike<number>, info: readonly RowInfo[]): ReadoutCalibration {
  const readoutMean = neutralWeights(info).reduce((sum, weight, row) => sum + weight * (projections[row] ?? NaN), 0);
  const poles = turnsOf(info, (row) => labelOf(row.role) !== 0);
  const scale = standardDeviation(meanByTurn(projections, poles), 'population');
  return { tapMean: readoutMean, scale: scale > 0 ? scale : 1 };
}
