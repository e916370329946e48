/** From what the reader sets and a direction to what is done to each stream. */
import { AppError } from '../base/errors.ts';
import { checkSteeringSettings, type Intervention, type SteeringSettings, type StreamSteering } from './steering.ts';
import type { SteeringMode } from './modes.ts';
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { NeutralGround } from './steering-runner.ts';

/** Vectors by layer, of any length `[layers, hidden]`; they point to the positive pole. */
export interface SteeringDirection {
  readonly title: string;
  readonly vectors: Float32Array;
}

/**
 * The steering along a direction. Throws `push-invalid` for settings that the model has not, a direction of another size, a
 * layer where it points nowhere, and a layer without a scale.
 */
export function makeSteering(
  direction: SteeringDirection,
  settings: SteeringSettings,
  ground: NeutralGround,
  model: ModelIdentity,
): Intervention {
  checkSteeringSettings(settings, model);
  const { hidden, layerCount } = model;
  const expected = (layerCount + 1) * hidden;
  if (direction.vectors.length !== expected)
    throw new AppError(
      'push-invalid',
      `${direction.title} has ${direction.vectors.length} numbers, and ${model.id} takes ${layerCount + 1} layers of ${hidden}: ${expected}. Take a direction that was made on this model.`,
      { found: direction.vectors.length, expected },
    );
  return Array.from({ length: settings.to - settings.from + 1 }, (_, index) =>
    steeringStream(direction, settings, ground, hidden, settings.from + index),
  );
}

function steeringStream(
  { title, vectors }: SteeringDirection,
  { mode, pole, strength }: SteeringSettings,
  ground: NeutralGround,
  hidden: number,
  stream: number,
): StreamSteering {
  const vector = vectors.subarray(stream * hidden, (stream + 1) * hidden);
  const length = Math.hypot(...vector);
  if (!(length > 0) || !Number.isFinite(length))
    throw new AppError('push-invalid', `${title} points nowhere at layer ${stream}. Choose another layer.`, { stream });
  const typical = ground.lengths[stream] ?? 0;
  if (!(typical > 0))
    throw new AppError(
      'push-invalid',
      `The stream has no typical length at layer ${stream}, so a strength has no unit there. Choose another layer.`,
      { stream },
    );
  const side = pole === 'positive' ? 1 : -1;
  const mean = ground.mean.subarray(stream * hidden, (stream + 1) * hidden);
  return { stream, add: null, bound: null, ...EDITS[mode]({ vector, length, typical, mean, side, strength }) };
}

/** What the arithmetic of a mode works with, at one layer. */
interface EditContext {
  /** The direction `[hidden]`, towards the positive pole, and its length. */
  readonly vector: Float32Array;
  readonly length: number;
  /** The typical length of the stream: the unit of `strength`. */
  readonly typical: number;
  /** Mean of the stream over neutral tokens `[hidden]`. */
  readonly mean: Float32Array;
  /** 1 towards the positive pole, -1 towards the negative one. */
  readonly side: 1 | -1;
  readonly strength: number;
}

/** The arithmetic of each steering mode: what is added to a stream, or the bounds that it is held between. */
const EDITS = {
  add: ({ vector, length, typical, side, strength }) => ({
    add: vector.map((value) => (side * strength * typical * value) / length),
  }),
  cap: ({ vector, length, typical, mean, side, strength }) => {
    const direction = vector.map((value) => value / length);
    const centre = direction.reduce((sum, value, feature) => sum + value * (mean[feature] ?? NaN), 0);
    const bound = centre + side * strength * typical;
    return { bound: { direction, low: side > 0 ? bound : -Infinity, high: side > 0 ? Infinity : bound } };
  },
  ablate: ({ vector, length }) => ({ bound: { direction: vector.map((value) => value / length), low: 0, high: 0 } }),
} satisfies Record<SteeringMode, (context: EditContext) => Partial<Omit<StreamSteering, 'stream'>>>;
