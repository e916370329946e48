/**
 * Brings tensors from the GPU in one copy: every part goes into one staging buffer, which is mapped once. Fetching them
 * one by one would cost one round trip each (32 a token here).
 */
import type { Fetch } from '../fetch.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { bufferOf } from './gpu-tensor.ts';

/** A {@link Fetch} over a WebGPU device with staging buffers of its own, one for each fetch under way, which grow as needed; `dispose` frees them. */
export function createGpuFetch(memory: GpuMemory): { readonly fetch: Fetch; dispose(): void } {
  const { device } = memory;
  const free: GPUBuffer[] = [];
  const all = new Set<GPUBuffer>();

  /** A buffer that nothing is fetched into. */
  async function take(bytes: number): Promise<GPUBuffer> {
    const found = free.pop();
    if (found && found.size >= bytes) return found;
    if (found) {
      all.delete(found);
      found.destroy();
    }
    const [made] = await memory.allocate('read-back', [bytes], GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
    all.add(made);
    return made;
  }

  const fetch: Fetch = async (parts) => {
    const total = parts.reduce((sum, { count }) => sum + count, 0) * Float32Array.BYTES_PER_ELEMENT;
    const staging = await take(total);
    const encoder = device.createCommandEncoder({ label: 'flipside fetch' });
    let offset = 0;
    for (const { tensor, from, count } of parts) {
      if (count === 0) continue;
      const size = count * Float32Array.BYTES_PER_ELEMENT;
      encoder.copyBufferToBuffer(bufferOf(tensor), from * Float32Array.BYTES_PER_ELEMENT, staging, offset, size);
      offset += size;
    }
    device.queue.submit([encoder.finish()]);
    const values = readMapped(staging, total).then((numbers) => {
      free.push(staging);
      return numbers;
    });
    return { values };
  };
  return { fetch, dispose: () => all.forEach((buffer) => buffer.destroy()) };
}

/** The first `bytes` bytes of a staging buffer, once the GPU has written them, as numbers of the caller's own. */
export async function readMapped(staging: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
  await staging.mapAsync(GPUMapMode.READ, 0, bytes);
  const values = new Float32Array(staging.getMappedRange(0, bytes).slice(0));
  staging.unmap();
  return values;
}
