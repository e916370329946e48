/**
 * How far two residual streams of one token are apart, layer by layer: late layers are so much larger that they would
 * hide an early one.
 */
import { relativeError } from '../../stats/relative-error.ts';

/**
 * Largest over layers of ‖found − truth‖ / ‖truth‖ of streams `[layers, hidden]`; infinite where there is no truth or a
 * number is not finite.
 */
export function worstLayerError(found: Float32Array, truth: Float32Array | undefined, hidden: number): number {
  if (truth?.length !== found.length) return Infinity;
  let worst = 0;
  for (let start = 0; start < found.length; start += hidden) {
    const error = relativeError(found.subarray(start, start + hidden), truth.subarray(start, start + hidden));
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst;
}
