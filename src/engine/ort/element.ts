/** Tensors of either element type that streams, keys and values come in. */
import type { Tensor } from 'onnxruntime-common';
import { fromFloat16, toFloat16 } from '../../base/half.ts';
import type { ElementType } from '../../graph/tensor-type.ts';

/** A tensor's numbers where they lie, 16-bit ones as words: the runtime gives a Float16Array where there is one. */
export function wordsOf(tensor: Tensor): Float32Array | Uint16Array {
  const data = tensor.data as Float32Array | Uint16Array;
  if (tensor.type !== 'float16') return data;
  return data instanceof Uint16Array ? data : new Uint16Array(data.buffer, data.byteOffset, data.length);
}

/** Consecutive numbers of a tensor on the CPU, in float32; the caller's own unless they lie in the tensor as they are. */
export function floatsOf(tensor: Tensor, from: number, count: number): Float32Array {
  const words = wordsOf(tensor).subarray(from, from + count);
  return words instanceof Uint16Array ? fromFloat16(words) : words;
}

/** The numbers as a tensor of that type holds them, which is what goes into its buffer. */
export function narrowed(
  values: Float32Array,
  type: ElementType,
): Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> {
  return type === 'float16' ? toFloat16(values) : new Float32Array(values);
}
