/** Everything that is judged at the probe's own layer: zeros, calibration, poles, selectivity. */
import { clusterAuroc, clusterMean } from '../../stats/effect.ts';
import { BOOTSTRAP_DRAWS, pairedAccuracy } from '../../probe/evidence/evidence.ts';
import { fitLayer, prepareLayer, ridgePenalty } from '../../probe/fit/fit.ts';
import { leaveUnitsOut } from '../../probe/fit/leave-out.ts';
import { calibrationOf } from '../../probe/evidence/platt.ts';
import { poleGeometryAt, polesAgainstNeutral } from '../../probe/evidence/pole-geometry.ts';
import type {
  Calibration,
  ControlResult,
  DriftPoint,
  PoleGeometry,
  Selectivity,
  Transfer,
} from '../../probe/report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { labelOf, type RowInfo, type ReadoutRows } from '../../stats/linear/rows.ts';
import { selectivityOf } from '../../probe/evidence/selectivity.ts';
import { mean, standardDeviation } from '../../stats/stats.ts';
import type { PromptSet } from '../../formats/sets/prompt-set.ts';
import type { LayerFit } from '../method-curve.ts';
import { groupBy, type Readings, unitsOf } from '../readings.ts';
import { scoreScale } from './score-scale.ts';

/** What a layer's judgement is made of. */
export interface LayerToJudge {
  readonly readings: Readings;
  readonly fitted: LayerFit;
  /** All readings of the layer `[readings, hidden]`. */
  readonly layerReadings: Float32Array;
  readonly hidden: number;
  readonly sets: readonly PromptSet[];
  readonly zeros: readonly PromptSet[];
  readonly seed: number;
}

/** The part of a report that needs nothing but training readings. */
export interface LayerJudgement {
  readonly calibration: Calibration;
  readonly poles: PoleGeometry;
  readonly controls: readonly ControlResult[];
  readonly drift: readonly DriftPoint[];
}

/** Judges the probe's layer. */
export function judgeLayer(job: LayerToJudge): LayerJudgement {
  const { readings, fitted, layerReadings, hidden, seed } = job;
  const scale = scoreScale(readings, fitted.prepared, fitted.fit, layerReadings);
  /** Scores by reading of these units, each left out; by the whole fit where a reading had no part in it. */
  const leaving = (units: readonly (readonly number[])[]): Float64Array => {
    const held = leaveUnitsOut(fitted.fit, unitsOf(fitted.selection, units));
    const out = scale.whole.slice();
    fitted.selection.select.forEach((reading, i) => {
      const score = held[i] ?? NaN;
      if (!Number.isNaN(score)) out[reading] = (score - scale.zero) / scale.unit;
    });
    return out;
  };
  const byTopic = leaving(readings.topics);
  const poleInfo = readings.poles.flatMap((reading) => readings.info[reading] ?? []);
  const labels = poleInfo.map((row) => labelOf(row.role));
  const topics = poleInfo.map((row) => row.topic);
  const roles = readings.info.map((row) => row.role);
  const allTopics = readings.info.map((row) => row.topic);
  return {
    calibration: calibrationOf(
      Float64Array.from(readings.poles, (reading) => byTopic[reading] ?? NaN),
      labels,
      topics,
    ),
    poles: {
      ...polesAgainstNeutral(byTopic, roles, allTopics, BOOTSTRAP_DRAWS, seed),
      positiveOwnFit: ownFit(job, 'positive'),
      negativeOwnFit: ownFit(job, 'negative'),
      ...poleGeometryAt(layerReadings, hidden, roles, allTopics, BOOTSTRAP_DRAWS, seed),
    },
    controls: zeroControls(job, leaving(readings.zeroTopics), fitted.selection.targets.length === readings.info.length),
    drift: driftOf(readings, leaving(readings.stories)),
  };
}

/** One pole against neutral turns, fitted to nothing else: what a probe of that pole alone would reach on topics left out. */
function ownFit(
  { readings, fitted, layerReadings, hidden, seed }: LayerToJudge,
  pole: 'positive' | 'negative',
): Estimate {
  const select = readings.info.flatMap(({ role }, i) => (role === pole || role === 'neutral' ? [i] : []));
  const info = select.flatMap((i) => readings.info[i] ?? []);
  const targets = Float64Array.from(info, ({ role }) => (role === pole ? 1 : -1));
  const prepared = prepareLayer(layerReadings, hidden, select, {
    targets,
    weights: new Float64Array(select.length).fill(1),
  });
  const held = leaveUnitsOut(
    fitLayer(prepared, fitted.method),
    groupBy(info, ({ topic }) => topic),
  );
  return clusterAuroc(
    held,
    targets,
    info.map(({ topic }) => topic),
    BOOTSTRAP_DRAWS,
    seed,
  );
}

/** AUROC and pairs of some readings of both poles. */
export function readOf(
  scores: readonly number[],
  info: readonly Pick<RowInfo, 'side' | 'topic'>[],
  seed: number,
): Pick<Transfer, 'auroc' | 'pairs'> {
  const labels = info.map((row) => row.side);
  const topics = info.map((row) => row.topic);
  return {
    auroc: clusterAuroc(scores, labels, topics, BOOTSTRAP_DRAWS, seed),
    pairs: pairedAccuracy(scores, labels, topics),
  };
}

/** How far the two sides of each zero set are told apart. */
function zeroControls(
  { readings, sets, zeros, seed }: LayerToJudge,
  scores: Float64Array,
  trained: boolean,
): ControlResult[] {
  return zeros.map((zero, index) => {
    const own = readings.info.flatMap((row, i) => (row.set === sets.length + index && row.side !== 0 ? [i] : []));
    const info = own.flatMap((i) => readings.info[i] ?? []);
    const gaps = gapsByTopic(
      own.map((i) => scores[i] ?? NaN),
      info,
    );
    const between = `${zero.axis.positive} − ${zero.axis.negative}`;
    return {
      name: zero.name,
      about: zero.about,
      trained,
      effects: [
        {
          label: `${zero.axis.positive} against ${zero.axis.negative}`,
          unit: 'AUROC',
          wanted: 'near 0.5',
          estimate: readOf(
            own.map((i) => scores[i] ?? NaN),
            info,
            seed,
          ).auroc,
        },
        { label: between, unit: 'score', wanted: 'near zero', estimate: clusterMean(gaps, BOOTSTRAP_DRAWS, seed) },
      ],
    };
  });
}

/** Positive minus negative mean score of every topic. */
function gapsByTopic(scores: readonly number[], info: readonly RowInfo[]): number[] {
  const sides = new Map<number, { plus: number[]; minus: number[] }>();
  info.forEach((row, i) => {
    const topic = sides.get(row.topic) ?? { plus: [], minus: [] };
    sides.set(row.topic, topic);
    (row.side > 0 ? topic.plus : topic.minus).push(scores[i] ?? NaN);
  });
  return [...sides.values()].map(({ plus, minus }) => mean(plus) - mean(minus)).filter((gap) => Number.isFinite(gap));
}

/** Held-out stories by sentences read. */
function driftOf(readings: Readings, scores: Float64Array): DriftPoint[] {
  const byBeats: number[][] = [];
  readings.info.forEach((row, i) => {
    if (row.story >= 0) (byBeats[row.beats] ??= []).push(scores[i] ?? NaN);
  });
  return byBeats.map((values, beats) => ({
    beats,
    mean: mean(values),
    sd: values.length > 1 ? standardDeviation(values, 'sample') : 0,
    n: values.length,
  }));
}

/** Selectivity between the first two control texts, at one layer; null with a single control text. */
export function selectivityAt(
  rows: ReadoutRows,
  readings: Readings,
  fitted: LayerFit,
  layer: number,
  seed: number,
): Selectivity | null {
  const residuals = rows.residuals[layer] ?? new Float32Array(0);
  const atReadout = (readout: number): Float32Array => {
    const out = new Float32Array(readings.poles.length * rows.hidden);
    readings.poles.forEach((reading, i) => {
      const row = readings.turns[reading]?.rows[readout];
      if (row !== undefined) out.set(residuals.subarray(row * rows.hidden, (row + 1) * rows.hidden), i * rows.hidden);
    });
    return out;
  };
  if ((readings.turns[0]?.rows.length ?? 0) < 2) return null;
  const info = readings.poles.flatMap((reading) => readings.info[reading] ?? []);
  const { method, prepared } = fitted;
  return selectivityOf({
    learned: atReadout(0),
    tested: atReadout(1),
    hidden: rows.hidden,
    labels: info.map((row) => labelOf(row.role)),
    topics: info.map((row) => row.topic),
    penalty: ridgePenalty(method, prepared.rows),
    draws: BOOTSTRAP_DRAWS,
    seed,
  });
}
