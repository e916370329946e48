/** Each pole from neutral: the probe's own method and penalty, with the other pole's turns left out of the fit. */
import { calibrateReadouts, project, type ReadoutCalibration } from '../probe/fit/calibrate.ts';
import { clusterAuroc } from '../stats/effect.ts';
import { BOOTSTRAP_DRAWS } from '../probe/evidence/evidence.ts';
import { directionOf, fitLayer, redesign } from '../probe/fit/fit.ts';
import { byPole, opposite, type Pole, signOf } from '../probe/heads.ts';
import { leaveUnitsOut } from '../probe/fit/leave-out.ts';
import type { FitMethod, PoleEvidence } from '../probe/probe-types.ts';
import type { Estimate } from '../stats/estimate.ts';
import { significant } from '../base/round.ts';
import type { ReadoutRows } from '../stats/linear/rows.ts';
import type { LayerFit, LayerSource } from './method-curve.ts';
import { type Readings, selectPole, selectWithNeutral, unitsOf } from './readings.ts';

/** One pole's direction at one layer. */
export interface FittedPole {
  readonly direction: Float32Array;
  readonly readouts: ReadoutCalibration;
  /** Of this pole's turns, and of the other pole's, against neutral ones; see `PoleEvidence`. */
  readonly own: Estimate;
  readonly other: Estimate;
}

/** Fits one pole layer by layer. */
export interface PoleMaker {
  /** Fits the layer `residuals` `[rows, hidden]` whose readings are `source`. */
  add(source: LayerSource, residuals: Float32Array): FittedPole & { readonly fitted: LayerFit };
}

/**
 * Makers for both poles. The other pole's turns stand among the fitted rows with a weight of nothing: so one factorisation
 * scores them too, with their topic left out, and rows, units and kernel are those of the probe's own fit wherever
 * its target reads neutral turns.
 */
export function poleMakers(
  rows: ReadoutRows,
  readings: Readings,
  method: FitMethod,
  seed: number,
): Readonly<Record<Pole, PoleMaker>> {
  const among = selectWithNeutral(readings, method.target);
  const topics = unitsOf(among, readings.topics);
  const topicOf = readings.info.map(({ topic }) => topic);
  return byPole((pole) => {
    const selection = selectPole(readings, among, pole);
    /** AUROC of the turns of `role` against neutral ones, on this pole's side. */
    const against = (held: Float64Array, role: Pole): Estimate => {
      const label = readings.info.map((row) =>
        row.role === role ? signOf(pole) : row.role === 'neutral' ? -signOf(pole) : 0,
      );
      return clusterAuroc(
        selection.select.map((_, i) => held[i] ?? NaN),
        selection.select.map((reading) => label[reading] ?? 0),
        selection.select.map((reading) => topicOf[reading] ?? 0),
        BOOTSTRAP_DRAWS,
        seed,
      );
    };
    return {
      add(source, residuals) {
        const prepared = redesign(source.prepare(among), selection);
        const fit = fitLayer(prepared, method);
        const direction = Float32Array.from(directionOf(prepared, fit));
        // Where nothing varies (layer 0) all that is left of a score is its fold's intercept, which tells no turns apart.
        const flat = direction.every((value) => value === 0);
        const held = flat ? new Float64Array(selection.select.length) : leaveUnitsOut(fit, topics);
        return {
          direction,
          readouts: calibrateReadouts(project(residuals, direction), rows.info),
          own: against(held, pole),
          other: against(held, opposite(pole)),
          fitted: { method, selection, prepared, fit },
        };
      },
    };
  });
}

/** The evidence of one pole from its layers. Too few topics for an interval: nothing is excluded. */
export function poleEvidence(
  layers: readonly Pick<FittedPole, 'own' | 'other'>[],
  readings: Readings,
  pole: Pole,
): PoleEvidence {
  const line = (of: (layer: Pick<FittedPole, 'own' | 'other'>) => number): number[] =>
    layers.map((layer) => significant(of(layer)));
  return {
    topics: readings.topics.length,
    rows: readings.info.filter(({ role }) => role === pole || role === 'neutral').length,
    auroc: line(({ own }) => own.value),
    aurocLow: line(({ own }) => own.low ?? 0),
    aurocHigh: line(({ own }) => own.high ?? 1),
    other: line(({ other }) => other.value),
    otherLow: line(({ other }) => other.low ?? 0),
    otherHigh: line(({ other }) => other.high ?? 1),
  };
}
