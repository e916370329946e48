/** A made-up probe with its judgement, as files: for tests of the Train place and for looking at it. Its numbers mean nothing. */
import { byPole } from '../../../../src/probe/heads.ts';
import type { FitMethod, Probe } from '../../../../src/probe/probe-types.ts';
import type { MethodCurve, Report } from '../../../../src/probe/report-types.ts';
import type { Estimate } from '../../../../src/stats/estimate.ts';
import { sha256Of } from '../../../../src/base/sha256.ts';
import type { TrainedProbe } from '../../../../src/probe/training-plan.ts';
import { serialiseProbe } from '../../../../src/formats/probe/probe.ts';
import { serialiseReport } from '../../../../src/formats/probe/report.ts';
import type { ProbeOffer } from '../../../../src/state/probes/probe-card.ts';
import { readOffer } from '../../../../src/state/probes/read-offer.ts';
import { LAYERS, noise, SAMPLE_CARD } from './sample.ts';

const HIDDEN = SAMPLE_CARD.model.hidden;
const byLayer = (of: (layer: number) => number): number[] => Array.from({ length: LAYERS }, (_, layer) => of(layer));
const estimate = (value: number, half: number, n: number): Estimate => ({
  value,
  low: value - half,
  high: value + half,
  n,
});

/** A probe whose directions depend on the seed. */
function sampleProbe(id: string, axis: Probe['axis'], seed = 1): Probe {
  const next = noise(seed);
  const directions = Float32Array.from({ length: LAYERS * HIDDEN }, (_, at) => (at < HIDDEN ? 0 : 1 + seed * next()));
  const zeros = new Float32Array(LAYERS * HIDDEN);
  return {
    ...SAMPLE_CARD,
    id,
    title: `${axis.positive}–${axis.negative}`,
    axis,
    directions,
    poles:
      SAMPLE_CARD.poles &&
      byPole((pole) => ({
        ...SAMPLE_CARD.poles![pole],
        directions,
        lexical: { ...SAMPLE_CARD.poles![pole].lexical, weights: new Float32Array(2 * LAYERS * HIDDEN) },
      })),
    steering: directions.map((value) => value / 3),
    placebos: null,
    trace: null,
    lexical: { ...SAMPLE_CARD.lexical, weights: new Float32Array(2 * LAYERS * HIDDEN) },
    nullModel: {
      ...SAMPLE_CARD.nullModel,
      factor: zeros,
      featureScale: new Float32Array(LAYERS * HIDDEN).fill(1),
      center: zeros,
      drift: zeros,
    },
  };
}

function curve(method: FitMethod, height: number): MethodCurve {
  const auroc = byLayer((layer) => (layer === 0 ? 0.5 : 0.5 + height * Math.exp(-(((layer - 18) / 9) ** 2))));
  return {
    method,
    auroc,
    aurocLow: auroc.map((value) => value - 0.08),
    aurocHigh: auroc.map((value) => Math.min(1, value + 0.07)),
    pairs: auroc.map((value) => Math.min(1, value + 0.08)),
    dPrime: auroc.map((value) => 4 * (value - 0.5)),
    nullAuroc95ByLayer: byLayer((layer) => 0.58 + 0.01 * Math.sin(layer)),
    nullAuroc95: 0.64,
    p: 0.005,
    shuffles: 200,
    nested: {
      auroc: estimate(0.5 + height * 0.9, 0.08, 48),
      pairs: 0.85,
      chosen: [
        { layer: 17, penalty: method.penalty, folds: 30 },
        { layer: 18, penalty: method.penalty, folds: 18 },
      ],
    },
  };
}

/** A judgement of {@link sampleProbe}; `sha256` is that of its two files. */
function sampleReport(probe: Probe, sha256 = 'ab'.repeat(32)): Report {
  return {
    probe: { id: probe.id, sha256 },
    axis: probe.axis,
    layer: 16,
    topics: 48,
    readings: 96,
    curves: [
      curve({ kind: 'ridge', target: 'hardened', penalty: 1 }, 0.34),
      curve({ kind: 'logistic', target: 'poles', penalty: 0.01 }, 0.3),
      curve({ kind: 'lda', target: 'poles', penalty: 0.5 }, 0.26),
      curve({ kind: 'difference-of-means', target: 'poles', penalty: 0 }, 0.2),
    ],
    baselines: {
      bagOfWords: estimate(0.52, 0.09, 48),
      length: estimate(0.48, 0.1, 48),
      embedding: estimate(0.61, 0.09, 48),
      randomLow: byLayer(() => 0.38),
      randomHigh: byLayer(() => 0.62),
      randomCount: 200,
    },
    selectivity: { task: 0.82, control: 0.6, selectivity: estimate(0.22, 0.07, 48), controlTasks: 50 },
    calibration: {
      slope: 1.9,
      offset: 0.05,
      expectedError: 0.06,
      brier: 0.17,
      bins: Array.from({ length: 10 }, (_, bin) => ({
        predicted: (bin + 0.5) / 10,
        observed: Math.min(1, Math.max(0, (bin + 0.5) / 10 + 0.06 * Math.sin(bin * 2))),
        n: 4 + bin * 2,
      })),
    },
    poles: {
      positiveAgainstNeutral: estimate(0.74, 0.09, 48),
      negativeAgainstNeutral: estimate(0.79, 0.08, 48),
      positiveOwnFit: estimate(0.95, 0.04, 48),
      negativeOwnFit: estimate(0.96, 0.03, 48),
      cosine: estimate(-0.21, 0.18, 48),
      salience: estimate(0.8, 0.2, 48),
    },
    transfer: [
      {
        kind: 'style',
        name: 'dialogue',
        auroc: estimate(0.77, 0.12, 12),
        pairs: 0.83,
        chosen: { layer: 18, penalty: 0.3 },
      },
      {
        kind: 'form',
        name: 'scene asked, turn answered, 24 of 48 topics',
        auroc: estimate(0.72, 0.1, 24),
        pairs: 0.79,
      },
      { kind: 'tap', name: 'Then there was a short silence.', auroc: estimate(0.8, 0.08, 48), pairs: 0.85 },
      { kind: 'set', name: 'kind-cruel-more', auroc: estimate(0.71, 0.1, 24), pairs: 0.75 },
      { kind: 'axis', name: 'honest-deceptive', auroc: estimate(0.6, 0.08, 48), pairs: 0.6 },
    ],
    controls: [
      {
        name: 'negation',
        about: 'Helped, did not help, harmed, did not harm.',
        trained: false,
        effects: [
          { label: 'helped − did not help', estimate: estimate(1.2, 0.4, 24), unit: 'score', wanted: 'above zero' },
          { label: 'did not harm − harmed', estimate: estimate(0.3, 0.5, 24), unit: 'score', wanted: 'above zero' },
          {
            label: 'helped above did not help',
            estimate: estimate(0.875, 0.11, 24),
            unit: 'share',
            wanted: 'above 0.5',
          },
        ],
      },
      {
        name: 'luck',
        about: 'Good and bad luck that nobody caused.',
        trained: true,
        effects: [{ label: 'good − bad luck', estimate: estimate(0.62, 0.07, 48), unit: 'AUROC', wanted: 'near 0.5' }],
      },
      {
        name: 'flips',
        about: 'Stories that turn.',
        trained: false,
        effects: [
          {
            label: 'kind − cruel sentences',
            estimate: { value: 0.9, low: null, high: null, n: 5, note: 'too few items for an interval' },
            unit: 'score',
            wanted: 'above zero',
          },
        ],
      },
    ],
    readout: {
      topics: { ends: estimate(0.81, 0.06, 48), inside: estimate(0.66, 0.06, 48) },
      sets: [],
      stories: null,
      apart: [{ name: 'luck', auroc: estimate(0.58, 0.07, 64) }],
      raw: [],
    },
    drift: [0, 2, 4, 8].map((beats) => ({ beats, mean: 0.1 - beats / 40, sd: 0.5, n: 36 })),
    caveats: ['48 topics of one author: other texts may read otherwise.'],
  };
}

/** Its files. */
export function sampleBundle(id = 'kind-cruel', axis: Probe['axis'] = SAMPLE_CARD.axis, seed = 1): TrainedProbe {
  const probe = sampleProbe(id, axis, seed);
  const { json, tensors } = serialiseProbe(probe);
  return {
    json,
    tensors: tensors.buffer,
    reportJson: serialiseReport(
      sampleReport(probe, sha256Of(Uint8Array.from([...new TextEncoder().encode(json), ...tensors]))),
    ),
  };
}

/** An offer over such files; without `judged` it has no report. */
export function sampleOffer(id: string, title: string, axis: Probe['axis'], seed: number, judged = true): ProbeOffer {
  const files = sampleBundle(id, axis, seed);
  return readOffer({
    key: `shipped:${id}`,
    title,
    origin: 'shipped',
    json: async () => files.json,
    tensors: async () => files.tensors.slice(0),
    reportJson: async () => (judged ? files.reportJson : null),
  });
}
