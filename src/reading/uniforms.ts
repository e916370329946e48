/** The numbers that words are drawn with: equal for a seed on every machine, and as float32, which a graphics card takes. */
import { createRng } from '../base/rng.ts';

/** The largest float32 below 1: rounded to float32, a number closer to 1 would be 1. */
export const LARGEST_UNIFORM = 1 - 2 ** -24;

/** So many numbers in [0, 1) of a seed's, after the first `drawn`. */
export function uniformsOf(seed: number, drawn: number, count: number): Float32Array {
  const rng = createRng(seed);
  for (let token = 0; token < drawn; token += 1) rng.uniform();
  return Float32Array.from({ length: count }, () => Math.min(rng.uniform(), LARGEST_UNIFORM));
}
