/**
 * Counts what a WebGPU device holds. WebGPU tells nobody, so every buffer is noted when it is made, the runtime's own among
 * them, and struck off when it is destroyed or collected as garbage.
 */
import { AppError } from '../../../base/errors.ts';
import type { GpuMemoryReport } from '../../../models/engine-report.ts';

/** Labels of Flipside's own buffers begin so; what comes after tells what they are for. */
const OURS = 'flipside ';

/** What a buffer of ours is for. */
export type GpuBufferKind = 'cache' | 'lens' | 'read-back' | 'scores' | 'steering' | 'writing';

/** The buffers of one device. */
export interface GpuMemory {
  readonly device: GPUDevice;
  /** Makes buffers of one kind, or none of them: throws `gpu-memory-refused` where the device has no room. */
  allocate<const S extends readonly number[]>(
    kind: GpuBufferKind,
    sizes: S,
    usage: GPUBufferUsageFlags,
  ): Promise<{ -readonly [K in keyof S]: GPUBuffer }>;
  report(): GpuMemoryReport;
}

/** Watches a device from now on. Call it before anything is made on it. */
export function watchMemory(device: GPUDevice): GpuMemory {
  const held = new Map<string, number>();
  let buffers = 0;
  let bytes = 0;
  let peakBytes = 0;
  const count = (kind: string, size: number, sign: 1 | -1): void => {
    held.set(kind, (held.get(kind) ?? 0) + sign * size);
    buffers += sign;
    bytes += sign * size;
    peakBytes = Math.max(peakBytes, bytes);
  };
  const collected = new FinalizationRegistry<readonly [kind: string, size: number]>(([kind, size]) =>
    count(kind, size, -1),
  );
  const createBuffer = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    const kind = descriptor.label?.startsWith(OURS) === true ? descriptor.label.slice(OURS.length) : 'runtime';
    count(kind, buffer.size, 1);
    collected.register(buffer, [kind, buffer.size], buffer);
    const destroy = buffer.destroy.bind(buffer);
    let there = true;
    buffer.destroy = () => {
      if (there) {
        count(kind, buffer.size, -1);
        collected.unregister(buffer);
      }
      there = false;
      destroy();
    };
    return buffer;
  };

  return {
    device,
    async allocate<const S extends readonly number[]>(kind: GpuBufferKind, sizes: S, usage: GPUBufferUsageFlags) {
      device.pushErrorScope('out-of-memory');
      // A size beyond the device's limits is a fault of validation, which would otherwise only be printed.
      device.pushErrorScope('validation');
      // onnxruntime wants buffers of a multiple of 16 bytes, and WebGPU none of size zero.
      const made = sizes.map((size) =>
        device.createBuffer({ label: `${OURS}${kind}`, size: Math.max(16, Math.ceil(size / 16) * 16), usage }),
      );
      const faults = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
      const fault = faults.find((error) => error !== null);
      if (!fault) return made as { -readonly [K in keyof S]: GPUBuffer };
      for (const buffer of made) buffer.destroy();
      const megabytes = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1e6);
      throw new AppError(
        'gpu-memory-refused',
        `The graphics processor has no room for ${megabytes} MB more (${kind}): ${fault.message.split('\n')[0] ?? ''}. Close other tabs that use it, or read a shorter text.`,
        { megabytes, kind },
      );
    },
    report: () => ({ bytes, peakBytes, buffers, byKind: Object.fromEntries([...held].filter(([, size]) => size > 0)) }),
  };
}

/** How long a device may take to say why it made no buffer. */
const SAYING_MS = 100;

/**
 * Runs what makes buffers that nobody here sees made: the runtime's, when it takes a model in. Throws `gpu-memory-refused` where the
 * device says that it ran out of memory, or that a buffer of the call that failed is larger than it can be.
 */
export async function withRoomForModel<T>(device: GPUDevice, make: () => Promise<T>): Promise<T> {
  const faults: GPUError[] = [];
  const note = ({ error }: GPUUncapturedErrorEvent): void => void faults.push(error);
  device.addEventListener('uncapturederror', note);
  try {
    const [outcome] = await Promise.allSettled([make()]);
    if (outcome.status === 'rejected') await new Promise((resolve) => setTimeout(resolve, SAYING_MS));
    const fault = faults.find(
      (error) =>
        error instanceof GPUOutOfMemoryError || (outcome.status === 'rejected' && /buffer size/i.test(error.message)),
    );
    if (fault !== undefined)
      throw new AppError(
        'gpu-memory-refused',
        `The graphics processor has no room for the model: ${fault.message.split('\n')[0] ?? ''} Close other tabs that use it.`,
        {},
        outcome.status === 'rejected' ? outcome.reason : undefined,
      );
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  } finally {
    device.removeEventListener('uncapturederror', note);
  }
}
