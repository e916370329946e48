/** One pass over the layers: the probe's direction, its curve beside those of other methods, the null model, held-out stories. */
import { readoutLines, type ReadoutLines } from '../reading/alarm.ts';
import { calibrateReadouts, project, type ReadoutCalibration } from '../probe/fit/calibrate.ts';
import { DEFAULT_PENALTY, directionOf } from '../probe/fit/fit.ts';
import { leaveUnitsOut } from '../probe/fit/leave-out.ts';
import { type ByPole, byPole, type Pole, POLES } from '../probe/heads.ts';
import { driftOriginOf, fitNullLayer, type NullLayer } from '../probe/fit/null-model.ts';
import type { FitMethod } from '../probe/probe-types.ts';
import type { MethodCurve, Transfer } from '../probe/report-types.ts';
import { readingsOf, type ReadoutRows } from '../stats/linear/rows.ts';
import type { PromptSet } from '../formats/sets/prompt-set.ts';
import type { LongCall } from './collect.ts';
import { giveWay } from './give-way.ts';
import { groupTransfers, heldGroups } from './held-groups.ts';
import { type LayerFit, layerSource, methodCurve } from './method-curve.ts';
import { type FittedPole, poleMakers } from './pole-fit.ts';
import { type Readings, unitsOf } from './readings.ts';
import { scoreScale } from './evidence/score-scale.ts';

/** Components of the null model's covariance. */
export const NULL_RANK = 64;

/** One layer of the probe. */
export interface FittedLayer {
  readonly direction: Float32Array;
  readonly readouts: ReadoutCalibration;
  readonly nullLayer: NullLayer;
  /** Held-out scores of the readings of both poles. */
  readonly held: Float64Array;
  /** Each pole from neutral. */
  readonly poles: ByPole<FittedPole>;
}

/** All layers. */
export interface FittedLayers {
  readonly layers: readonly FittedLayer[];
  /** The probe's own method first. */
  readonly curves: readonly MethodCurve[];
  /** What the probe's own method reads in styles and sets that were left out. */
  readonly transfer: readonly Transfer[];
  /** Of readouts in stories that were left out. */
  readonly storyLines: ReadoutLines;
  readonly poleStoryLines: ByPole<ReadoutLines>;
}

/** The methods that stand beside the probe's own: pole against pole, so that nothing but the fit differs between them. */
const BESIDE: readonly FitMethod[] = [
  { kind: 'ridge', target: 'poles', penalty: DEFAULT_PENALTY.ridge },
  { kind: 'difference-of-means', target: 'poles', penalty: DEFAULT_PENALTY['difference-of-means'] },
  { kind: 'lda', target: 'poles', penalty: DEFAULT_PENALTY.lda },
  { kind: 'logistic', target: 'poles', penalty: DEFAULT_PENALTY.logistic },
];

/** Fits every layer; throws `cancelled`. */
export async function fitLayers(
  rows: ReadoutRows,
  readings: Readings,
  options: LongCall & {
    readonly sets: readonly PromptSet[];
    readonly method: FitMethod;
    readonly shuffles: number;
    readonly seed: number;
  },
): Promise<FittedLayers> {
  const { method, shuffles, seed } = options;
  const groups = heldGroups(readings, options.sets);
  const own = methodCurve(
    readings,
    method,
    shuffles,
    seed,
    groups.map(({ topics }) => topics),
  );
  const others = BESIDE.filter(({ kind }) => kind !== method.kind || method.target !== 'poles').map((beside) =>
    methodCurve(readings, beside, shuffles, seed),
  );
  const makers = poleMakers(rows, readings, method, seed);
  const driftOrigin = driftOriginOf(rows);
  const layers: FittedLayer[] = [];
  const storyScores: Float64Array[] = [];
  const poleStoryScores: Record<Pole, Float64Array[]> = { positive: [], negative: [] };
  for (const [layer, residuals] of rows.residuals.entries()) {
    const layerReadings = readingsOf(residuals, rows.hidden, readings.turns);
    const source = layerSource(layerReadings, rows.hidden);
    const fitted = own.add(source);
    for (const other of others) other.add(source);
    const direction = Float32Array.from(directionOf(fitted.prepared, fitted.fit));
    const poles = byPole((pole) => makers[pole].add(source, residuals));
    layers.push({
      direction,
      readouts: calibrateReadouts(project(residuals, direction), rows.info),
      nullLayer: fitNullLayer(rows, layer, NULL_RANK, driftOrigin),
      held: fitted.held,
      poles: byPole((pole) => withoutFit(poles[pole])),
    });
    storyScores.push(storiesLeftOut(readings, fitted, layerReadings));
    for (const pole of POLES) poleStoryScores[pole].push(storiesLeftOut(readings, poles[pole].fitted, layerReadings));
    options.onProgress?.({ stage: 'fitting', done: layer + 1, total: rows.residuals.length });
    await giveWay(options);
  }
  return {
    layers,
    curves: [own, ...others].map((curve) => curve.finish()),
    transfer: groupTransfers(groups, own.groups(), readings, seed),
    storyLines: readoutLines(storyScores),
    poleStoryLines: byPole((pole) => readoutLines(poleStoryScores[pole])),
  };
}

/** What is kept of a pole's layer: the factorisation takes megabytes and is not needed again. */
function withoutFit({ direction, readouts, own, other }: FittedPole): FittedPole {
  return { direction, readouts, own, other };
}

/** The layer that most inner folds chose; the lower one of equals. */
export function chosenLayer(curve: MethodCurve): number {
  const folds = new Map<number, number>();
  for (const { layer, folds: count } of curve.nested.chosen) folds.set(layer, (folds.get(layer) ?? 0) + count);
  return [...folds].sort(([a, m], [b, n]) => n - m || a - b)[0]?.[0] ?? 0;
}

/** Scores of all readings in stories, each story left out where it took part. */
function storiesLeftOut(readings: Readings, fitted: LayerFit, layerReadings: Float32Array): Float64Array {
  const scale = scoreScale(readings, fitted.prepared, fitted.fit, layerReadings);
  const held = leaveUnitsOut(fitted.fit, unitsOf(fitted.selection, readings.stories));
  return Float64Array.from(readings.stories.flat(), (reading) => {
    const score = held[fitted.selection.place[reading] ?? -1] ?? NaN;
    return Number.isNaN(score) ? (scale.whole[reading] ?? NaN) : (score - scale.zero) / scale.unit;
  });
}
