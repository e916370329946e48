/** Choosing the next token from logits: greedy, or seeded sampling with temperature, top-k and top-p (nucleus). */
import type { TokenChoice } from './reading.ts';

/** Index of the largest logit; the first one among equals. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  let bestValue = -Infinity;
  for (const [index, value] of logits.entries()) {
    if (value > bestValue) {
      best = index;
      bestValue = value;
    }
  }
  return best;
}

/**
 * Chooses a token. Temperature 0 is greedy. Otherwise from softmax(logits / temperature): of the `topK` largest, the fewest
 * largest whose probability reaches `topP` of them (Holtzman et al. 2020, arXiv 1904.09751). Words as likely as the last one
 * that is kept are kept too, and the draw goes through them in the order of the vocabulary: no order among equals decides, so that
 * the kernel of `runtime/ort/webgpu/sampler.ts` chooses the same. `uniform` gives numbers in [0, 1) and is asked once, unless greedy.
 */
export function chooseToken(logits: Float32Array, options: TokenChoice, uniform: () => number): number {
  if (options.temperature === 0) return argmax(logits);
  const top = logits[argmax(logits)] ?? 0;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / options.temperature));
  const least = leastKept(weights, options);
  const kept = weights.reduce((sum, weight) => (weight >= least ? sum + weight : sum), 0);
  let rest = uniform() * kept;
  let last = 0;
  for (const [index, weight] of weights.entries()) {
    if (weight < least || weight === 0) continue;
    last = index;
    rest -= weight;
    if (rest < 0) return index;
  }
  return last; // rounding can leave a hair of probability after the last one
}

/** The smallest weight that is kept. */
function leastKept(weights: Float64Array, { topK, topP }: TokenChoice): number {
  const all = topK === 0 || topK >= weights.length;
  if (all && topP >= 1) return 0;
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  // Without top-k, weights below this cannot be kept: all such weights together hold less than 1 - topP. Sorting them would be wasted.
  const floor = all ? (total * (1 - topP)) / weights.length : 0;
  const order = weights.filter((weight) => weight >= floor).sort().reverse();
  const leastOfK = all ? 0 : (order[topK - 1] ?? 0);
  const candidates = all ? order : order.filter((weight) => weight >= leastOfK);
  const wanted = topP * (all ? total : candidates.reduce((sum, weight) => sum + weight, 0));
  let share = 0;
  return candidates.find((weight) => (share += weight) >= wanted) ?? leastOfK;
}
