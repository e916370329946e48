/** What the placements are made of: a direction between keeping and breaking the rule, random ones, and readouts at the last layer. */
import { choleskyInPlace, choleskySolve } from '../../stats/linear/linalg.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { Intervention } from '../../steering/steering.ts';
import { kernelOf, standardRows } from '../../stats/linear/standard-rows.ts';
import type { NeutralGround } from '../../steering/steering-runner.ts';
import { makeSteering } from '../../steering/make-steering.ts';
import { scoreAt } from '../gauge.ts';
import type { Instrument } from '../instrument.ts';
import { DIGITS, type Reading } from './odds.ts';
import type { Placement } from './spec.ts';

/** Placements that steer the stream. */
export const STEERED = ['early', 'middle', 'last'] as const;
export type Steered = (typeof STEERED)[number];

/** The stream that a placement steers: at a quarter and a half of the depth, and what leaves the last layer. */
export function streamOf(placement: Steered, { layerCount }: Pick<ModelIdentity, 'layerCount'>): number {
  return {
    early: Math.max(1, Math.round(layerCount / 4)),
    middle: Math.max(1, Math.round(layerCount / 2)),
    last: layerCount,
  }[placement];
}

/** Whether a placement steers the stream. */
export function isSteered(placement: Placement): placement is Steered {
  return STEERED.some((one) => one === placement);
}

/** The steering of a placement, at all tokens. Throws what makeSteering throws. */
export function instrumentSteering(
  vectors: Float32Array,
  placement: Steered,
  strength: number,
  ground: NeutralGround,
  model: ModelIdentity,
): Intervention {
  const stream = streamOf(placement, model);
  return makeSteering(
    { title: `The direction of ${placement} steering`, vectors },
    { mode: 'add', pole: 'positive', from: stream, to: stream, strength, where: 'all' },
    ground,
    model,
  );
}

/** How sharply the gate turns: half a step of the instrument from its zero it is at 0.12 or 0.88, a whole one at 0.02 or 0.98. */
const SHARPNESS = 4;

/** The gate, 0 to 1, that a reading of the last layer opens: near 1 where the stream reads as going on to break the rule. */
export function gateOf(instrument: Instrument, streams: Float32Array): number {
  const score = scoreAt(instrument, streams)[instrument.layers - 1] ?? Number.NaN;
  return 1 / (1 + Math.exp(SHARPNESS * score));
}

/** A digit readout of the last layer's stream: r = W h + b. */
export interface Readout {
  /** `[10, hidden]` */
  readonly weights: Float32Array;
  /** `[10]` */
  readonly bias: readonly number[];
  /** Share of its fit contexts whose digit it finds when they are left out of the fit. */
  readonly accuracy: number;
}

/** λ of the ridge fit, in the standard units of stats/linear/standard-rows.ts. */
const PENALTY = 1;

/**
 * Fits a readout of right digits by ridge regression on one-hot targets, W = Z'(ZZ'/d + λI)⁻¹Y/d. Each context is also left out in
 * turn and read by a fit of the others, units and means included. Streams `[layers, hidden]`; the last layer is read.
 */
export function fitReadout(readings: readonly Reading[], hidden: number): Readout {
  const right = readings.filter(({ item, streams }, i) => {
    const digits = readDigits(
      fitDigits(
        readings.filter((_, other) => other !== i),
        hidden,
      ),
      streams ?? new Float32Array(hidden),
    );
    return digits.every((value, digit) => digit === item.answer || value < (digits[item.answer ?? -1] ?? -Infinity));
  });
  return { ...fitDigits(readings, hidden), accuracy: right.length / readings.length };
}

function fitDigits(readings: readonly Reading[], hidden: number): Pick<Readout, 'weights' | 'bias'> {
  const n = readings.length;
  const rows = new Float32Array(n * hidden);
  readings.forEach(({ streams }, i) => rows.set(streams?.subarray(-hidden) ?? [], i * hidden));
  const standard = standardRows(rows, hidden);
  const system = kernelOf(standard);
  for (let i = 0; i < n; i += 1) system[i * n + i] = (system[i * n + i] ?? 0) + PENALTY;
  choleskyInPlace(system, n);
  const weights = new Float32Array(DIGITS * hidden);
  const bias = Array.from({ length: DIGITS }, (_, digit) => {
    const share = readings.filter(({ item }) => item.answer === digit).length / n;
    const alpha = Float64Array.from(readings, ({ item }) => (item.answer === digit ? 1 : 0) - share);
    choleskySolve(system, n, alpha);
    let offset = share;
    for (let f = 0; f < hidden; f += 1) {
      let sum = 0;
      for (let i = 0; i < n; i += 1) sum += (standard.z[i * hidden + f] ?? 0) * (alpha[i] ?? 0);
      const weight = Math.fround((sum / hidden) * (standard.inverse[f] ?? 0));
      weights[digit * hidden + f] = weight;
      offset -= weight * (standard.mean[f] ?? 0);
    }
    return offset;
  });
  return { weights, bias };
}

/** r of the last layer's stream `[10]`. */
export function readDigits(
  { weights, bias }: Pick<Readout, 'weights' | 'bias'>,
  streams: Float32Array,
): readonly number[] {
  const hidden = weights.length / bias.length;
  const last = streams.subarray(-hidden);
  return bias.map((offset, digit) =>
    last.reduce((sum, value, f) => sum + value * (weights[digit * hidden + f] ?? Number.NaN), offset),
  );
}
