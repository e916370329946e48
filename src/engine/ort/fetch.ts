/** How what a pass has computed comes to the CPU, and what can be made of it before. */
import type { Tensor } from 'onnxruntime-common';
import type { Projection } from '../decoder.ts';
import { floatsOf } from './element.ts';

/** Consecutive numbers of a tensor, which come as float32 whatever it holds. */
export interface TensorPart {
  readonly tensor: Tensor;
  readonly from: number;
  readonly count: number;
}

/** Copies parts of tensors to the CPU, joined in order; disposes of nothing. Resolves once the tensors may go; the values come later. */
export type Fetch = (parts: readonly TensorPart[]) => Promise<{ readonly values: Promise<Float32Array> }>;

/** Fetch for providers whose outputs are on the CPU already. */
export const fetchFromCpu: Fetch = async (parts) => {
  const out = new Float32Array(parts.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const { tensor, from, count } of parts) {
    out.set(floatsOf(tensor, from, count), at);
    at += count;
  }
  return { values: Promise.resolve(out) };
};

/** Products with the streams where these lie. */
export interface ProjectParts {
  readonly load: (directions: readonly Float32Array[]) => Promise<Projection>;
  /**
   * The products `[directions, layers + 1, kept]` of the first `kept` tokens of streams `[1, tokens, hidden]`, as a
   * tensor that the caller does not own.
   */
  readonly run: (projection: Projection, streams: readonly Tensor[], tokens: number, kept: number) => Promise<Tensor>;
}
