/** What the placements inside the model are made of: directions, the interventions along them, and the gate. */
import { mean } from '../../stats/stats.ts';
import { makeSteering } from '../../steering/make-steering.ts';
import type { NeutralGround } from '../../steering/steering-runner.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import { fitInstrument } from '../instrument.ts';
import type { PlacedIntervention } from '../subject.ts';
import type { Gate } from './prepared.ts';
import { STEERED, type Steered } from './spec.ts';

/** Where each steers, as a share of depth. */
const DEPTHS = { early: 0.25, middle: 0.5, late: 0.9 } as const satisfies Readonly<Record<Steered, number>>;

/** The stream that a placement steers. */
export function streamOf(placement: Steered, { layerCount }: Pick<ModelIdentity, 'layerCount'>): number {
  return Math.max(1, Math.round(layerCount * DEPTHS[placement]));
}

/** Of streams `[layers, hidden]`, those that are steered `[3, hidden]`. */
export function steeredStreams(streams: Float32Array, model: ModelIdentity): Float32Array {
  const { hidden } = model;
  const found = new Float32Array(STEERED.length * hidden);
  STEERED.forEach((placement, at) => {
    const from = streamOf(placement, model) * hidden;
    found.set(streams.subarray(from, from + hidden), at * hidden);
  });
  return found;
}

/** The mean of vectors of one length. */
export function meanVector(vectors: readonly Float32Array[]): Float32Array {
  return Float32Array.from(vectors[0] ?? [], (_, i) => mean(vectors.map((vector) => vector[i] ?? Number.NaN)));
}

/** `a` − `b`. */
export function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - (b[i] ?? Number.NaN));
}

/** The steering of a placement along the topic's directions `[3, hidden]`, at all tokens. Throws what makeSteering throws. */
export function interventionOf(
  directions: Float32Array,
  placement: Steered,
  strength: number,
  ground: NeutralGround,
  model: ModelIdentity,
): PlacedIntervention {
  const { hidden, layerCount } = model;
  const stream = streamOf(placement, model);
  const at = STEERED.indexOf(placement) * hidden;
  const vectors = new Float32Array((layerCount + 1) * hidden);
  vectors.set(directions.subarray(at, at + hidden), stream * hidden);
  const intervention = makeSteering(
    { title: `The direction of ${placement} steering`, vectors },
    { mode: 'add', pole: 'positive', from: stream, to: stream, strength, where: 'all' },
    ground,
    model,
  );
  return { intervention, where: 'all' };
}

/** The gate that tells streams `[layers, hidden]` of contexts in which the rule acts from others, by the difference of means. */
export function fitGate(
  opens: readonly Float32Array[],
  closes: readonly Float32Array[],
  { hidden, layerCount }: ModelIdentity,
): Gate {
  const pairs = opens.map((positive, i) => ({ positive: [positive], negative: closes.slice(i, i + 1) }));
  const { directions, centre, scale } = fitInstrument(pairs, layerCount + 1, hidden);
  return {
    direction: directions.slice(-hidden),
    centre: centre[layerCount] ?? 0,
    scale: scale[layerCount] ?? 1,
  };
}

/** How sharply the gate turns: half a step from its zero it is at 0.12 or 0.88, a whole one at 0.02 or 0.98. */
const SHARPNESS = 4;

/** How far a gate is open, 0 to 1, behind a context with these streams `[layers, hidden]`. */
export function openness({ direction, centre, scale }: Gate, streams: Float32Array | null): number {
  const last = streams?.subarray(-direction.length) ?? [];
  const along = direction.reduce((sum, value, i) => sum + value * (last[i] ?? Number.NaN), 0);
  return 1 / (1 + Math.exp((-SHARPNESS * (along - centre)) / scale));
}
