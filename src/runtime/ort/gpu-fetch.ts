/**
 * Brings tensors from the GPU in one copy: every tensor goes into one staging buffer, which is mapped once. Fetching them
 * one by one would cost one round trip each (32 a token here).
 */
import type { Tensor } from 'onnxruntime-common';
import type { Fetch } from './ort-decoder.ts';

/** A {@link Fetch} over a WebGPU device with its own staging buffer, which grows as needed; `dispose` frees it. */
export function createGpuFetch(device: GPUDevice): { readonly fetch: Fetch; dispose(): void } {
  let staging: GPUBuffer | null = null;

  const fetch: Fetch = async (tensors) => {
    const sizes = tensors.map((tensor) => tensor.size * Float32Array.BYTES_PER_ELEMENT);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (!staging || staging.size < total) {
      staging?.destroy();
      staging = device.createBuffer({ label: 'flipside staging', size: total, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    }
    const encoder = device.createCommandEncoder({ label: 'flipside fetch' });
    let offset = 0;
    for (const [index, tensor] of tensors.entries()) {
      const size = sizes[index] ?? 0;
      encoder.copyBufferToBuffer(gpuBufferOf(tensor), 0, staging, offset, size);
      offset += size;
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ, 0, total);
    const values = new Float32Array(staging.getMappedRange(0, total).slice(0));
    staging.unmap();
    return values;
  };
  return { fetch, dispose: () => staging?.destroy() };
}

/** onnxruntime-common types the buffer structurally so as not to depend on WebGPU's types; at run time it is one. */
const gpuBufferOf = (tensor: Tensor): GPUBuffer => tensor.gpuBuffer as unknown as GPUBuffer;
