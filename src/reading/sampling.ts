/** Choosing the next token from logits: greedy, or seeded sampling with temperature, top-k and top-p (nucleus). */
import type { TokenChoice } from './reading.ts';

/** Index of the largest logit; the first one among equals. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  let bestValue = -Infinity;
  for (let index = 0; index < logits.length; index += 1) {
    const value = logits[index] as number;
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
 * the kernel of `engine/ort/webgpu/sampler.ts` chooses the same. `uniform` gives numbers in [0, 1) and is asked once, unless greedy.
 *
 * It runs for every written token over the whole vocabulary, so it loops over arrays and sorts only what may be kept.
 */
export function chooseToken(logits: Float32Array, options: TokenChoice, uniform: () => number): number {
  if (options.temperature === 0) return argmax(logits);
  const top = logits[argmax(logits)] ?? 0;
  const weights = scratch('weights', logits.length);
  for (let index = 0; index < logits.length; index += 1)
    weights[index] = Math.exp(((logits[index] as number) - top) / options.temperature);
  const least = leastKept(weights, options);
  let kept = 0;
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] as number;
    if (weight >= least) kept += weight;
  }
  let rest = uniform() * kept;
  let last = 0;
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] as number;
    if (weight < least || weight === 0) continue;
    last = index;
    rest -= weight;
    if (rest < 0) return index;
  }
  return last; // rounding can leave a hair of probability after the last one
}

/** Arrays that every choice uses again: new ones would be 800 kB of garbage for each token of a vocabulary of 49,152. */
const arrays = { weights: new Float64Array(0), sorted: new Float64Array(0) };

/** The first numbers of one of them, which still holds those of the choice before. */
function scratch(name: keyof typeof arrays, length: number): Float64Array {
  if (arrays[name].length < length) arrays[name] = new Float64Array(length);
  return arrays[name].subarray(0, length);
}

/** The smallest weight that is kept. */
function leastKept(weights: Float64Array, { topK, topP }: TokenChoice): number {
  const all = topK === 0 || topK >= weights.length;
  if (all && topP >= 1) return 0;
  const leastOfK = all ? 0 : largest(weights, topK);
  if (!all && topP >= 1) return leastOfK;
  const total = all ? sum(weights) : 0;
  // Without top-k, weights below this cannot be kept: all such weights together hold less than 1 - topP. Sorting them would be wasted.
  const floor = all ? higherFloor(weights, (total * (1 - topP)) / weights.length, topP * total) : leastOfK;
  const order = atLeast(weights, floor).sort().reverse();
  const wanted = topP * (all ? total : sum(order));
  let share = 0;
  return order.find((weight) => (share += weight) >= wanted) ?? leastOfK;
}

/**
 * A floor that is at least the given one, above which there are weights enough: few words hold most of the probability, and only they are
 * worth sorting. The largest weight is 1.
 */
function higherFloor(weights: Float64Array, floor: number, wanted: number): number {
  for (let higher = 2 ** -4; higher > floor; higher /= 16) {
    let held = 0;
    for (let index = 0; index < weights.length; index += 1) {
      const weight = weights[index] as number;
      if (weight >= higher) held += weight;
    }
    // The margin is for the other order in which the sorted weights are added up.
    if (held * (1 - 1e-9) >= wanted) return higher;
  }
  return floor;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) total += values[index] as number;
  return total;
}

/** The weights that reach a floor, in their order. */
function atLeast(weights: Float64Array, floor: number): Float64Array {
  const out = scratch('sorted', weights.length);
  let count = 0;
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] as number;
    if (weight >= floor) out[count++] = weight;
  }
  return out.subarray(0, count);
}

/** The k-th largest weight, k at least 1: a heap holds the k largest so far, the smallest of them at its root. */
function largest(weights: Float64Array, k: number): number {
  const heap = weights.slice(0, k).sort();
  for (let index = k; index < weights.length; index += 1) {
    const weight = weights[index] as number;
    if (weight <= (heap[0] as number)) continue;
    let at = 0;
    for (let child = 1; child < k; child = 2 * at + 1) {
      if (child + 1 < k && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
      if ((heap[child] as number) >= weight) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = weight;
  }
  return heap[0] as number;
}
