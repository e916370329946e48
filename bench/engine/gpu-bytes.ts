/** Counts the bytes of GPU buffers from outside an engine: buffers are made by one method of the browser, whoever makes them. */
import type { GpuBytes } from './engine.ts';

/** Begins to count in this worker, before any device is there; answers how to ask. */
export function countGpuBytes(): () => GpuBytes {
  let held = 0;
  let peak = 0;
  const sizes = new WeakMap<GPUBuffer, number>();
  const collected = new FinalizationRegistry<number>((size) => void (held -= size));
  const device = GPUDevice.prototype;
  const buffer = GPUBuffer.prototype;
  const { createBuffer } = device;
  const { destroy } = buffer;
  device.createBuffer = function (descriptor) {
    const made = createBuffer.call(this, descriptor);
    sizes.set(made, made.size);
    collected.register(made, made.size, made);
    held += made.size;
    peak = Math.max(peak, held);
    return made;
  };
  buffer.destroy = function () {
    held -= sizes.get(this) ?? 0;
    sizes.delete(this);
    collected.unregister(this);
    return destroy.call(this);
  };
  return () => ({ held, peak });
}
