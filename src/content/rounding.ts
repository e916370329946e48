/** What quantising a model's weights changed, in a sentence for page and command. */
import type { WeightRounding } from '../models/checkpoint/kept-weights.ts';

/** Says the relative error over all weights that were read, the tensor that changed most, and what measures the words that come of it. */
export function roundingSentence({ bits, tensors, relativeError, worst }: WeightRounding): string {
  return `Weights are kept in ${bits} bits, which changed them by ${percent(relativeError)} (root mean square over ${tensors} tensors; at most ${percent(worst.relativeError)}, in ${worst.tensor}). By how much next words change, flipside verify --model FOLDER --bits ${bits} measures on two short texts.`;
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
