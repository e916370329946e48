/** The posterior of shares: what counts say of the probabilities behind them. */
import { createRng, type Rng } from '../base/rng.ts';

/**
 * `draws` vectors of probabilities from the Dirichlet posterior of `counts` under a symmetric Dirichlet prior of `prior` a
 * category (1: uniform; 1/2: Jeffreys). Each is a list of gamma variates over their sum (Devroye 1986, ch. XI.4). Throws
 * `RangeError` unless every count + prior is above 0.
 */
export function dirichletDraws(counts: ArrayLike<number>, prior: number, draws: number, seed: number): Float64Array[] {
  const shapes = Float64Array.from(counts, (count) => count + prior);
  const wrong = shapes.find((shape) => !(shape > 0 && shape < Infinity));
  if (wrong !== undefined) throw new RangeError(`count + prior must be above 0, got ${wrong}`);
  const rng = createRng(seed);
  return Array.from({ length: draws }, () => {
    const logs = shapes.map((shape) => logGammaVariate(shape, rng));
    const highest = Math.max(...logs);
    const parts = logs.map((log) => Math.exp(log - highest));
    const whole = parts.reduce((sum, part) => sum + part, 0);
    return parts.map((part) => part / whole);
  });
}

/**
 * The log of a gamma variate of `shape` and scale 1 (Marsaglia and Tsang 2000, "A simple method for generating gamma
 * variables"); a log, because variates of small shapes underflow.
 */
function logGammaVariate(shape: number, rng: Rng): number {
  // A shape below 1 is one of shape + 1 times U^(1/shape).
  if (shape < 1) return logGammaVariate(shape + 1, rng) + Math.log(1 - rng.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
