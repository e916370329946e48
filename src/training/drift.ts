/**
 * Length drift: what neutral stories read as they grow, scored by a probe that never saw them. Each story is left out
 * of the fit and of the calibration in turn.
 */
import { calibrateTaps, project } from '../core/calibrate.ts';
import { type FitMethod, fitDirection, usesNeutralRows } from '../core/fit.ts';
import { prepareLayer } from '../core/layer-rows.ts';
import type { ProbeEvidence } from '../core/probe-types.ts';
import { labelOf, meanByTurn, type TapRows, turnsOf } from '../core/rows.ts';
import { mean, standardDeviation } from '../core/stats.ts';

/**
 * Mean score, its standard deviation over stories and their number, by beats read (0: the setting alone), at one layer.
 * `afterStory` is awaited between stories, to report progress and to give way.
 */
export async function heldOutDrift(rows: TapRows, layer: number, method: FitMethod, afterStory: (done: number) => Promise<void>): Promise<ProbeEvidence['drift']> {
  const residuals = rows.residuals[layer] ?? new Float32Array(0);
  const select = fitRows(rows, method);
  const labels = select.map((row) => labelOf(rows.info[row]?.role ?? 'neutral'));
  const prepared = prepareLayer(residuals, rows.hidden, select, method.kind === 'difference-of-means' ? false : undefined);
  const byBeats = new Map<number, number[]>();
  for (let story = 0; story < rows.storyCount; story += 1) {
    const heldOut = select.flatMap((row, i) => (rows.info[row]?.story === story ? [i] : []));
    const projections = project(residuals, Float32Array.from(fitDirection(prepared, labels, method, heldOut)));
    const { tapMean, scale } = calibrateTaps(projections, rows.info, (row) => row.story === story);
    const turns = turnsOf(rows.info, (row) => row.story === story);
    meanByTurn(projections, turns).forEach((value, i) => {
      const beats = turns[i]?.info.beats ?? 0;
      byBeats.set(beats, [...(byBeats.get(beats) ?? []), (value - tapMean) / scale]);
    });
    await afterStory(story + 1);
  }
  return [...byBeats]
    .sort(([a], [b]) => a - b)
    .map(([beats, scores]) => ({ beats, mean: mean(scores), sd: scores.length > 1 ? standardDeviation(scores, 'sample') : 0, n: scores.length }));
}

/** The rows that a method learns from: those of the poles, and with zero labels all. */
export function fitRows(rows: TapRows, method: FitMethod): number[] {
  return rows.info.flatMap((row, i) => (usesNeutralRows(method) || labelOf(row.role) !== 0 ? [i] : []));
}
