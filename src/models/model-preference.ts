/** Which variant of a model is taken where none is named. */
import type { ModelOffer } from './model-offer.ts';

/**
 * `q4`, which computes in float32 as the embedded model does, or else the first; of offers smallest first, and whole
 * ones only. Null where none is whole.
 */
export function preferredOffer<T extends Pick<ModelOffer, 'dtype' | 'missing'>>(offers: readonly T[]): T | null {
  const whole = offers.filter(({ missing }) => missing.length === 0);
  return whole.find(({ dtype }) => dtype === 'q4') ?? whole[0] ?? null;
}
