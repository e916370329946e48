/** What quantising a model's weights changed, in a sentence for page and command. */
import type { WeightRounding } from '../models/checkpoint/kept-weights.ts';

/** Says the relative error over all weights that were read, and the tensor that changed most. */
export function roundingSentence({ bits, tensors, relativeError, worst }: WeightRounding): string {
  return `Weights are kept in ${bits} bits, which changed them by ${percent(relativeError)} (root mean square over ${tensors} tensors; at most ${percent(worst.relativeError)}, in ${worst.tensor}).`;
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
