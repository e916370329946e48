/** Tensors over GPU buffers. */
import type { Tensor } from 'onnxruntime-common';
import type { ElementType } from '../../../graph/tensor-type.ts';

/** The part of onnxruntime's tensor class that makes them. */
export interface GpuTensorClass {
  readonly fromGpuBuffer: typeof Tensor.fromGpuBuffer;
}

/** A tensor over a buffer that its maker keeps: disposing of the tensor frees nothing. */
export function tensorOn(
  TensorClass: GpuTensorClass,
  buffer: GPUBuffer,
  dataType: ElementType | 'int32' | 'int64',
  dims: readonly number[],
): Tensor {
  return TensorClass.fromGpuBuffer(asTensorBuffer(buffer), { dataType, dims });
}

/** The buffer of a tensor on the GPU. */
export const bufferOf = (tensor: Tensor): GPUBuffer => tensor.gpuBuffer as unknown as GPUBuffer;

/** onnxruntime-common types the buffer structurally so as not to depend on WebGPU's types; at run time it is one. */
const asTensorBuffer = (buffer: GPUBuffer): Tensor.GpuBufferType => buffer as unknown as Tensor.GpuBufferType;
