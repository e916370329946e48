/**
 * Brings tensors from the GPU in one copy: every part goes into one staging buffer, which is mapped once. Fetching them
 * one by one would cost one round trip each (32 a token here).
 */
import type { Fetch } from '../ort-decoder.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { bufferOf } from './gpu-tensor.ts';

/** A {@link Fetch} over a WebGPU device with its own staging buffer, which grows as needed; `dispose` frees it. */
export function createGpuFetch(memory: GpuMemory): { readonly fetch: Fetch; dispose(): void } {
  const { device } = memory;
  let staging: GPUBuffer | null = null;

  const fetch: Fetch = async (parts) => {
    const total = parts.reduce((sum, { count }) => sum + count, 0) * Float32Array.BYTES_PER_ELEMENT;
    if (!staging || staging.size < total) {
      staging?.destroy();
      staging = null;
      [staging] = await memory.allocate('read-back', [total], GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    }
    const encoder = device.createCommandEncoder({ label: 'flipside fetch' });
    let offset = 0;
    for (const { tensor, from, count } of parts) {
      if (count === 0) continue;
      const size = count * Float32Array.BYTES_PER_ELEMENT;
      encoder.copyBufferToBuffer(bufferOf(tensor), from * Float32Array.BYTES_PER_ELEMENT, staging, offset, size);
      offset += size;
    }
    device.queue.submit([encoder.finish()]);
    return readMapped(staging, total);
  };
  return { fetch, dispose: () => staging?.destroy() };
}

/** The first `bytes` bytes of a staging buffer, once the GPU has written them, as numbers of the caller's own. */
export async function readMapped(staging: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
  await staging.mapAsync(GPUMapMode.READ, 0, bytes);
  const values = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
  staging.unmap();
  return values;
}
