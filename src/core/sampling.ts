/** Choosing the next token from logits: greedy, or seeded sampling with temperature and top-p (nucleus). */
import type { SamplingOptions } from './reading.ts';

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
 * Chooses a token. Temperature 0 is greedy; otherwise from softmax(logits / temperature), cut to the smallest set whose
 * probability reaches `topP` (Holtzman et al. 2020, arXiv 1904.09751). `uniform` gives numbers in [0, 1).
 */
export function chooseToken(logits: Float32Array, options: Pick<SamplingOptions, 'temperature' | 'topP'>, uniform: () => number): number {
  if (options.temperature === 0) return argmax(logits);
  const top = logits[argmax(logits)] ?? 0;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / options.temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const order = candidates(weights, total, options.topP);
  const kept = order.reduce((sum, index) => sum + (weights[index] ?? 0), 0);
  let rest = uniform() * kept;
  for (const index of order) {
    rest -= weights[index] ?? 0;
    if (rest < 0) return index;
  }
  return order.at(-1) ?? 0; // rounding can leave a hair of probability after the last one
}

/** Indices by falling weight until their share reaches topP. Weights far too small to matter are not even sorted. */
function candidates(weights: Float64Array, total: number, topP: number): number[] {
  const floor = topP < 1 ? (total * (1 - topP)) / weights.length : 0;
  // A weight below `floor` cannot be in the nucleus: all such weights together hold less than 1 - topP.
  const order: number[] = [];
  for (const [index, weight] of weights.entries()) if (weight > 0 && weight >= floor) order.push(index);
  order.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  if (topP >= 1) return order;
  let share = 0;
  const end = order.findIndex((index) => (share += weights[index] ?? 0) >= topP * total);
  return end < 0 ? order : order.slice(0, end + 1);
}
