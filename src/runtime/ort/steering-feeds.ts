/** The vectors that a graph adds after its layers (see src/onnx/steering.ts), as feeds of every pass. */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { AppError } from '../../core/errors.ts';
import { steeringInput } from '../../onnx/steering.ts';
import type { DecoderSizes } from '../decoder.ts';

/** Feeds that can be set. */
export interface SteeringFeeds {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** Sets what is added after each layer `[hidden]`; nothing after those that are not named. Throws `internal` for a layer or width that there is not. */
  set(vectors: ReadonlyMap<number, Float32Array>): void;
}

/** Feeds on the CPU, all zero. */
export function steeringOnCpu(TensorClass: TensorConstructor, sizes: DecoderSizes): SteeringFeeds {
  const values = Array.from({ length: sizes.layerCount }, () => new Float32Array(sizes.hidden));
  return {
    feeds: Object.fromEntries(values.map((vector, layer) => [steeringInput(layer), new TensorClass('float32', vector, [sizes.hidden])])),
    set(vectors) {
      checkVectors(vectors, sizes);
      for (const [layer, vector] of values.entries()) vector.set(vectors.get(layer) ?? new Float32Array(sizes.hidden));
    },
  };
}

/** Refuses what the model has not. */
export function checkVectors(vectors: ReadonlyMap<number, Float32Array>, { layerCount, hidden }: DecoderSizes): void {
  for (const [layer, vector] of vectors) {
    if (!Number.isInteger(layer) || layer < 0 || layer >= layerCount) throw new AppError('internal', `There is no layer ${layer} to steer: the model has ${layerCount}.`, { layer, layerCount });
    if (vector.length !== hidden) throw new AppError('internal', `A vector of ${vector.length} numbers cannot steer a model of width ${hidden}.`, { found: vector.length, expected: hidden });
  }
}
