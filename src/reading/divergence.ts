/** How far apart two next-token distributions are, from their logits. Sums in float64. */

/** log Σ exp(logits). */
export function logSumExp(logits: Float32Array): number {
  let top = -Infinity;
  for (let i = 0; i < logits.length; i += 1) {
    const value = logits[i] as number;
    if (value > top) top = value;
  }
  let sum = 0;
  for (let i = 0; i < logits.length; i += 1) sum += Math.exp((logits[i] as number) - top);
  return top + Math.log(sum);
}

/**
 * Kullback–Leibler divergence of q from p in nats, Σ p (log p − log q), from their logits and {@link logSumExp}s. Never
 * below zero but by rounding, which is cut.
 */
export function klFromLogits(p: Float32Array, logSumP: number, q: Float32Array, logSumQ: number): number {
  let sum = 0;
  for (let i = 0; i < p.length; i += 1) {
    const logP = (p[i] as number) - logSumP;
    // Below e^-30 nothing is left of it in the sum, and most words are.
    if (logP > -30) sum += Math.exp(logP) * (logP - ((q[i] as number) - logSumQ));
  }
  return Math.max(0, sum);
}
