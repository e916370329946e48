/**
 * Brings tensors from the GPU in one copy: every part goes into one staging buffer, which is mapped once. Fetching them
 * one by one would cost one round trip each (32 a token here).
 */
import type { Tensor } from 'onnxruntime-common';
import { fromFloat16 } from '../../../base/half.ts';
import type { Fetch } from '../fetch.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { bufferOf } from './gpu-tensor.ts';

/**
 * A {@link Fetch} over a WebGPU device with staging buffers of its own, one for each fetch under way, which grow as
 * needed; `dispose` frees them.
 */
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
    const sized = parts.map(({ tensor, from, count }) => ({ tensor, from, count, bytes: elementBytes(tensor) }));
    // Copies are of multiples of four bytes; what two-byte numbers come with behind their end is not looked at.
    const total = sized.reduce((sum, { count, bytes }) => sum + padded(count * bytes), 0);
    const staging = await take(total);
    const encoder = device.createCommandEncoder({ label: 'flipside fetch' });
    let offset = 0;
    for (const { tensor, from, count, bytes } of sized) {
      if (count === 0) continue;
      const size = padded(count * bytes);
      encoder.copyBufferToBuffer(bufferOf(tensor), from * bytes, staging, offset, size);
      offset += size;
    }
    device.queue.submit([encoder.finish()]);
    const values = readMapped(staging, total).then((numbers) => {
      free.push(staging);
      return sized.some(({ bytes }) => bytes === 2) ? widened(numbers, sized) : numbers;
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

const elementBytes = ({ type }: Tensor): number => (type === 'float16' ? 2 : 4);
const padded = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** What was fetched, in float32 throughout. */
function widened(
  fetched: Float32Array<ArrayBuffer>,
  parts: readonly { readonly count: number; readonly bytes: number }[],
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(parts.reduce((sum, { count }) => sum + count, 0));
  let [offset, at] = [0, 0];
  for (const { count, bytes } of parts) {
    out.set(
      bytes === 2
        ? fromFloat16(new Uint16Array(fetched.buffer, offset, count))
        : new Float32Array(fetched.buffer, offset, count),
      at,
    );
    offset += padded(count * bytes);
    at += count;
  }
  return out;
}
