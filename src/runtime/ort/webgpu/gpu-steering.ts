/** Steering vectors in buffers on the GPU: setting them is a write to each buffer, and takes effect with the next pass. */
import type { TensorConstructor } from 'onnxruntime-common';
import { steeringInput } from '../../../onnx/steering.ts';
import type { DecoderSizes } from '../../decoder.ts';
import { checkVectors, type SteeringFeeds } from '../steering-feeds.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { tensorOn, type GpuTensorClass } from './gpu-tensor.ts';

/** Feeds on the GPU, all zero; several sessions on the same device may share them. */
export async function steeringOnGpu(memory: GpuMemory, TensorClass: TensorConstructor & GpuTensorClass, sizes: DecoderSizes): Promise<SteeringFeeds & { dispose(): void }> {
  const { layerCount, hidden } = sizes;
  const buffers = await memory.allocate('steering', Array.from({ length: layerCount }, () => hidden * Float32Array.BYTES_PER_ELEMENT), GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  const zero = new Float32Array(hidden);
  /** Layers whose buffer is not zero. */
  const set = new Set<number>();
  return {
    feeds: Object.fromEntries(buffers.map((buffer, layer) => [steeringInput(layer), tensorOn(TensorClass, buffer, 'float32', [hidden])])),
    set(vectors) {
      checkVectors(vectors, sizes);
      for (const [layer, buffer] of buffers.entries()) {
        const vector = vectors.get(layer);
        if (vector) {
          memory.device.queue.writeBuffer(buffer, 0, new Float32Array(vector));
          set.add(layer);
        } else if (set.delete(layer)) memory.device.queue.writeBuffer(buffer, 0, zero);
      }
    },
    dispose: () => buffers.forEach((buffer) => buffer.destroy()),
  };
}
