/** Cuts key/value tensors on the GPU: what stays is copied on the device, head by head, in one submission. */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import type { Trim } from './ort-decoder.ts';

/** A {@link Trim} over a WebGPU device. A tensor that it makes frees its buffer when it is disposed of. */
export function trimOnGpu(device: GPUDevice, TensorClass: TensorConstructor & { fromGpuBuffer: typeof Tensor.fromGpuBuffer }): Trim {
  return (tensors, slots) => {
    const encoder = device.createCommandEncoder({ label: 'flipside trim' });
    const kept = tensors.map((tensor) => {
      const [batch = 1, heads = 1, all = 0, size = 0] = tensor.dims;
      const bytes = Float32Array.BYTES_PER_ELEMENT * size;
      const rows = batch * heads;
      // onnxruntime wants buffers of a multiple of 16 bytes, and WebGPU none of size zero.
      const buffer = device.createBuffer({ label: 'flipside kept cache', size: Math.max(16, Math.ceil((rows * slots * bytes) / 16) * 16), usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
      const from = tensor.gpuBuffer as unknown as GPUBuffer;
      for (let row = 0; row < rows && slots > 0; row += 1) encoder.copyBufferToBuffer(from, row * all * bytes, buffer, row * slots * bytes, slots * bytes);
      return TensorClass.fromGpuBuffer(buffer as unknown as Tensor.GpuBufferType, { dataType: 'float32', dims: [batch, heads, slots, size], dispose: () => buffer.destroy() });
    });
    device.queue.submit([encoder.finish()]);
    return kept;
  };
}
