/** What all units need: what `mixture` prepares, and random directions that change neutral text by the same KL. */
import { AppError } from '../../base/errors.ts';
import { field, type JsonNode, list, number, text } from '../../json/json-path.ts';
import { makeSteering } from '../../steering/make-steering.ts';
import type { Intervention } from '../../steering/steering.ts';
import type { NeutralGround } from '../../steering/steering-runner.ts';
import type { JsonObject, PrepareCall } from '../design.ts';
import { strengthOfKl } from '../matched-steering.ts';
import { fitPassages, prepareMixture } from '../mixture/prepare.ts';
import { layerAt } from '../mixture/spec.ts';
import { randomInstruments } from '../random-instruments.ts';
import type { Subject } from '../subject.ts';
import { packVectors, unpackVectors } from '../vectors.ts';
import type { EvidenceSpec } from './spec.ts';

/** A random direction at the layer that is steered. */
export interface RandomDirection {
  /** `[hidden]` */
  readonly direction: Float32Array;
  /** Length of the steering in typical lengths of the stream; null where none has the KL of the spec. */
  readonly strength: number | null;
  /** KL of it on neutral text, or the closest that there was, or null. */
  readonly kl: number | null;
}

/** Fits and matches all; the random directions have the covariance of the sentences that the direction of the axis is fitted on. */
export async function prepareEvidence(spec: EvidenceSpec, subject: Subject, call: PrepareCall): Promise<JsonObject> {
  const { model } = subject;
  const kept = await prepareMixture(spec, subject, call);
  const rows = (await subject.read(fitPassages(spec), call.signal)).flatMap(({ readouts }) =>
    readouts.map(({ own }) => own),
  );
  const layer = layerAt(spec.steering, model.layerCount);
  const ground = await subject.ground(call.signal);
  const random: JsonObject[] = [];
  for (const { directions } of randomInstruments(rows, spec.random, spec.seed, model.layerCount + 1, model.hidden)) {
    const direction = directions.slice(layer * model.hidden, (layer + 1) * model.hidden);
    const matched = await strengthOfKl(
      subject,
      (strength) => [randomSteering(spec, direction, strength, ground, subject)],
      spec.thresholds.kl,
      call.signal,
    );
    random.push({ direction: packVectors(direction), strength: matched.strength, kl: matched.reached });
  }
  return { ...kept, random };
}

/** The steering along a random direction. Throws what makeSteering throws. */
export function randomSteering(
  { steering: depth }: EvidenceSpec,
  direction: Float32Array,
  strength: number,
  ground: NeutralGround,
  { model }: Pick<Subject, 'model'>,
): Intervention {
  const layer = layerAt(depth, model.layerCount);
  const vectors = new Float32Array((model.layerCount + 1) * model.hidden);
  vectors.set(direction, layer * model.hidden);
  return makeSteering(
    { title: 'A random direction', vectors },
    { mode: 'add', pole: 'positive', from: layer, to: layer, strength, where: 'all' },
    ground,
    model,
  );
}

/** The random directions that {@link prepareEvidence} left. Throws `unit-invalid` with the path of what is wrong. */
export function randomFromJson(prepared: JsonObject, { random }: EvidenceSpec): readonly RandomDirection[] {
  const root: JsonNode = {
    value: prepared,
    path: 'prepared',
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Prepare the experiment again.`);
    },
  };
  const orNull = (node: JsonNode): number | null => (node.value === null ? null : number(node));
  const hidden = number(field(field(root, 'steering'), 'hidden'));
  return list(field(root, 'random'), random, random).map((node) => ({
    direction: unpackVectors(text(field(node, 'direction')), hidden, `${node.path}.direction`),
    strength: orNull(field(node, 'strength')),
    kl: orNull(field(node, 'kl')),
  }));
}
