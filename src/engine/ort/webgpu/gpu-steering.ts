/** Steering vectors in buffers on the GPU: setting them is a write to each buffer, and takes effect with the next pass. */
import type { TensorConstructor } from 'onnxruntime-common';
import { steeringInput } from '../../../graph/steering.ts';
import { ELEMENT, type ElementType } from '../../../graph/tensor-type.ts';
import type { DecoderSizes } from '../../decoder.ts';
import { checkVectors, type SteeringFeeds } from '../steering-feeds.ts';
import { narrowed } from '../element.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { tensorOn, type GpuTensorClass } from './gpu-tensor.ts';

/** Feeds on the GPU of the element type that the graph takes, all zero; several sessions on the same device may share them. */
export async function steeringOnGpu(
  memory: GpuMemory,
  TensorClass: TensorConstructor & GpuTensorClass,
  sizes: DecoderSizes,
  type: ElementType,
): Promise<SteeringFeeds & { dispose(): void }> {
  const { layerCount, hidden } = sizes;
  const buffers = await memory.allocate(
    'steering',
    Array.from({ length: layerCount }, () => hidden * ELEMENT[type].bytes),
    GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  );
  const zero = narrowed(new Float32Array(hidden), type);
  /** Layers whose buffer is not zero. */
  const set = new Set<number>();
  return {
    feeds: Object.fromEntries(
      buffers.map((buffer, layer) => [steeringInput(layer), tensorOn(TensorClass, buffer, type, [hidden])]),
    ),
    set(vectors) {
      checkVectors(vectors, sizes);
      for (const [layer, buffer] of buffers.entries()) {
        const vector = vectors.get(layer);
        if (vector) {
          memory.device.queue.writeBuffer(buffer, 0, narrowed(vector, type));
          set.add(layer);
        } else if (set.delete(layer)) memory.device.queue.writeBuffer(buffer, 0, zero);
      }
    },
    dispose: () => buffers.forEach((buffer) => buffer.destroy()),
  };
}
