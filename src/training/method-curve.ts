/** One method judged at every layer: held out by topic, against shuffled labels, and with layer and penalty chosen inside. */
import { shuffleWithinTopics } from '../stats/bootstrap.ts';
import { clusterAuroc } from '../stats/effect.ts';
import { BOOTSTRAP_DRAWS, nullEvidence, pairedAccuracy } from '../probe/evidence/evidence.ts';
import { fitLayer, PENALTIES, prepareLayer, ridgePenalty } from '../probe/fit/fit.ts';
import type { PreparedLayer } from '../probe/fit/smoother.ts';
import { applyOperator, type LeftOutFit, leaveOutOperator, leaveUnitsOut } from '../probe/fit/leave-out.ts';
import { chosenCandidate, type GroupCandidate, groupCandidate } from '../probe/fit/left-out-groups.ts';
import { type Candidate, nestedCandidate, topicBlock } from '../probe/fit/nested.ts';
import { nestedEvidence } from '../probe/evidence/nested-evidence.ts';
import type { FitMethod } from '../probe/probe-types.ts';
import type { MethodCurve } from '../probe/report-types.ts';
import type { Estimate } from '../stats/estimate.ts';
import { dPrime } from '../stats/separation.ts';
import { smootherOf } from '../probe/fit/smoother.ts';
import { auroc } from '../stats/stats.ts';
import { type Readings, type Selection, selectFor, unitsOf } from './readings.ts';

/** A layer as a method left it. */
export interface LayerFit {
  readonly method: FitMethod;
  readonly selection: Selection;
  readonly prepared: PreparedLayer;
  readonly fit: LeftOutFit;
}

/** One layer of a training, prepared once for every choice of readings: fits of one choice share rows, units and kernel. */
export interface LayerSource {
  prepare(selection: Selection): PreparedLayer;
}

/** The source of one layer from all readings of the training `[readings, hidden]`. */
export function layerSource(layerReadings: Float32Array, hidden: number): LayerSource {
  const known = new Map<string, PreparedLayer>();
  return {
    prepare(selection) {
      const key = selection.select.join();
      const prepared = known.get(key) ?? prepareLayer(layerReadings, hidden, selection.select, selection);
      known.set(key, prepared);
      return prepared;
    },
  };
}

/** Fits one layer. */
export function fitReadings(readings: Readings, source: LayerSource, method: FitMethod): LayerFit {
  const selection = selectFor(readings, method.target);
  const prepared = source.prepare(selection);
  return { method, selection, prepared, fit: fitLayer(prepared, method) };
}

/** Judges one method layer by layer. */
export interface CurveMaker {
  /**
   * Fits and scores the next layer, from 0 upwards; `held` are the held-out scores of the readings of both poles, in the
   * order of `Readings.poles`.
   */
  add(source: LayerSource): LayerFit & { readonly held: Float64Array };
  finish(): MethodCurve;
  /** What is read in each group of topics that was to be left out as a whole. */
  groups(): GroupScores[];
}

/** Scores of a group of topics by fits that saw none of it, with the layer and penalty that the other topics chose. */
export interface GroupScores {
  readonly layer: number;
  readonly penalty: number;
  /** In the units of the targets. */
  readonly byReading: ReadonlyMap<number, number>;
}

interface LayerEvidence {
  readonly auroc: Estimate;
  readonly pairs: number;
  readonly dPrime: number;
  readonly nulls: Float64Array;
}

/**
 * A curve of `method`; `shuffles` label shuffles from `seed` are the same at every layer, which the null of the best layer
 * needs. `groups` are topics to be left out together.
 */
export function methodCurve(
  readings: Readings,
  method: FitMethod,
  shuffles: number,
  seed: number,
  groups: readonly (readonly number[])[] = [],
): CurveMaker {
  const selection = selectFor(readings, method.target);
  const topics = unitsOf(selection, readings.topics);
  const poles = readings.poles.map((reading) => selection.place[reading] ?? 0);
  const labels = poles.map((row) => selection.targets[row] ?? 0);
  const topicOf = readings.poles.map((reading) => readings.info[reading]?.topic ?? 0);
  const placeOf = new Map(poles.map((row, index) => [row, index]));
  const pairs = topics.map((unit) => unit.flatMap((row) => placeOf.get(row) ?? []));
  const shuffled = shuffleWithinTopics(labels, topicOf, poles, shuffles, seed);
  const penalties = [...new Set([method.penalty, ...PENALTIES[method.kind]])];
  const layers: LayerEvidence[] = [];
  const candidates: Candidate[] = [];
  const nested = { units: topics, labels: selection.targets };
  const leftOut = groups.map((group) => ({ topics: new Set(group), candidates: [] as GroupCandidate[] }));

  /** Held-out scores under every shuffle, in the order of `poles`; those of a logistic fit by its first step. */
  function nullScores(prepared: PreparedLayer, fit: LeftOutFit): { own: Float64Array; nulls: Float64Array[] } {
    const smoother =
      method.kind === 'logistic' ? smootherOf(prepared.parts, ridgePenalty(method, prepared.rows)) : fit.smoother;
    const operator = leaveOutOperator(smoother, topics, poles);
    const [own = new Float64Array(0), ...nulls] = applyOperator(operator, [labels, ...shuffled], pairs);
    const at = new Map(operator.scored.map((row, index) => [row, index]));
    const order = Int32Array.from(poles, (row) => at.get(row) ?? -1);
    // A topic's rows mostly stand together, and then the scores are in order already.
    const inOrder = order.every((from, to) => from === to);
    const ordered = (scores: Float64Array): Float64Array =>
      inOrder ? scores : Float64Array.from(order, (from) => scores[from] ?? NaN);
    return { own: ordered(own), nulls: nulls.map(ordered) };
  }

  return {
    add(source) {
      const layer = layers.length;
      const prepared = source.prepare(selection);
      const fits = new Map(penalties.map((penalty) => [penalty, fitLayer(prepared, { ...method, penalty })]));
      const fit = fits.get(method.penalty) ?? fitLayer(prepared, method);
      const { own, nulls } = nullScores(prepared, fit);
      let held = own;
      if (method.kind === 'logistic') {
        const scores = leaveUnitsOut(fit, topics);
        held = Float64Array.from(poles, (row) => scores[row] ?? NaN);
      }
      layers.push({
        auroc: clusterAuroc(held, labels, topicOf, BOOTSTRAP_DRAWS, seed),
        pairs: pairedAccuracy(held, labels, topicOf),
        dPrime: dPrime(held, labels),
        nulls: Float64Array.from(nulls, (scores, i) => auroc(scores, shuffled[i] ?? [])),
      });
      for (const [penalty, candidate] of fits) {
        const block = topicBlock(candidate, nested);
        candidates.push(nestedCandidate(candidate, nested, layer, penalty, block));
        for (const group of leftOut)
          group.candidates.push(groupCandidate(candidate, nested, block, group.topics, layer, penalty));
      }
      return { method, selection, prepared, fit, held };
    },
    finish() {
      const aurocs = layers.map((layer) => layer.auroc.value);
      const shuffledBest = nullEvidence(
        layers.map((layer) => layer.nulls),
        aurocs,
      );
      return {
        method,
        auroc: aurocs,
        aurocLow: layers.map((layer) => layer.auroc.low),
        aurocHigh: layers.map((layer) => layer.auroc.high),
        pairs: layers.map((layer) => layer.pairs),
        dPrime: layers.map((layer) => layer.dPrime),
        nullAuroc95ByLayer: shuffledBest.auroc95ByLayer,
        nullAuroc95: shuffledBest.auroc95,
        p: shuffledBest.p,
        shuffles,
        nested: nestedEvidence(candidates, nested),
      };
    },
    groups() {
      return leftOut.map((group) => {
        const { layer, penalty, outer } = chosenCandidate(group.candidates);
        const rows = topics.flatMap((unit, topic) => (group.topics.has(topic) ? unit : []));
        return {
          layer,
          penalty,
          byReading: new Map(rows.map((row, at) => [selection.select[row] ?? -1, outer[at] ?? NaN])),
        };
      });
    },
  };
}
