/** The vectors that a graph adds after its layers (see src/graph/steering.ts), as feeds of every pass. */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { AppError } from '../../base/errors.ts';
import { steeringInput } from '../../graph/steering.ts';
import type { ElementType } from '../../graph/tensor-type.ts';
import type { DecoderSizes } from '../decoder.ts';
import { narrowed } from './element.ts';

/** Feeds that can be set. */
export interface SteeringFeeds {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /**
   * Sets what is added after each layer `[hidden]`; nothing after those that are not named. Throws `internal` for a
   * layer or width that there is not.
   */
  set(vectors: ReadonlyMap<number, Float32Array>): void;
}

/** Feeds on the CPU of the element type that the graph takes, all zero. */
export function steeringOnCpu(TensorClass: TensorConstructor, sizes: DecoderSizes, type: ElementType): SteeringFeeds {
  const zero = new Float32Array(sizes.hidden);
  const values = Array.from({ length: sizes.layerCount }, () => narrowed(zero, type));
  return {
    feeds: Object.fromEntries(
      values.map((vector, layer) => [steeringInput(layer), new TensorClass(type, vector, [sizes.hidden])]),
    ),
    set(vectors) {
      checkVectors(vectors, sizes);
      for (const [layer, vector] of values.entries()) vector.set(narrowed(vectors.get(layer) ?? zero, type));
    },
  };
}

/** Refuses what the model has not. */
export function checkVectors(vectors: ReadonlyMap<number, Float32Array>, { layerCount, hidden }: DecoderSizes): void {
  for (const [layer, vector] of vectors) {
    if (!Number.isInteger(layer) || layer < 0 || layer >= layerCount)
      throw new AppError('internal', `There is no layer ${layer} to steer: the model has ${layerCount}.`, {
        layer,
        layerCount,
      });
    if (vector.length !== hidden)
      throw new AppError('internal', `A vector of ${vector.length} numbers cannot steer a model of width ${hidden}.`, {
        found: vector.length,
        expected: hidden,
      });
  }
}
