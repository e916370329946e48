/** A sample of a product on onnxruntime, for {@link proveProducts}. */
import type { InferenceSession, TensorConstructor } from 'onnxruntime-common';
import { SAMPLE_INPUT, SAMPLE_OUTPUT } from '../../graph/products/sample.ts';
import type { OpenSample } from '../proofs/product-proof.ts';

/** Wraps a session of a sample, which it then owns. */
export function sampleOn(session: InferenceSession, TensorClass: TensorConstructor): OpenSample {
  return {
    async run(activations) {
      const { [SAMPLE_OUTPUT]: product } = await session.run({
        [SAMPLE_INPUT]: new TensorClass('float32', activations, [1, activations.length]),
      });
      return (product?.data ?? new Float32Array(0)) as Float32Array;
    },
    dispose: () => session.release(),
  };
}
