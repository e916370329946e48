/**
 * Finds whether the stream that is read after each layer is the one there: a vector is added after a layer, and only
 * what is read from there on may
 * move, by that vector exactly where it was added. What is read before the first layer depends on the token alone.
 * Neither needs a reference.
 */
import { relativeError } from '../../stats/relative-error.ts';
import { createRng } from '../../base/rng.ts';
import type { Decoder } from '../decoder.ts';

/** Tokens that are read for it, behind the first. */
const TOKENS = 3;

/** Tokens that go through a decoder for it. */
export const placeTokens = ({ sizes }: Pick<Decoder, 'sizes'>): number => (sizes.layerCount + 1) * (TOKENS + 1);

/**
 * Largest difference between what is read and what must be, as a share of the vector's length, which is that of the
 * stream; NaN never. `ids` begin a
 * text and are at least four. The decoder, which must steer, is left unsteered. Throws what the decoder throws.
 */
export async function streamPlaceError(
  decoder: Decoder,
  ids: readonly number[],
  onPass: (tokens: number) => void,
): Promise<number> {
  const { layerCount, hidden } = decoder.sizes;
  const [first = 0, second = 0] = ids;
  // The last two tokens are one: what is read of them before the first layer must be equal.
  const text = [first, second, ...ids.slice(2, TOKENS), ids[TOKENS - 1] ?? 0];
  const read = async (): Promise<(layer: number, token: number) => Float32Array> => {
    const pass = await decoder.run(text, null);
    pass.cache.dispose();
    onPass(text.length);
    const residuals = pass.residuals.slice();
    return (layer, token) =>
      residuals.subarray((layer * text.length + token) * hidden, (layer * text.length + token + 1) * hidden);
  };
  try {
    const plain = await read();
    let worst = relativeError(plain(0, TOKENS), plain(0, TOKENS - 1));
    const rng = createRng(1);
    for (let layer = 0; layer < layerCount; layer += 1) {
      const vector = ofLength(
        Float32Array.from({ length: hidden }, () => rng.normal()),
        lengthOf(plain(layer + 1, 1)),
      );
      decoder.steer(new Map([[layer, vector]]));
      const moved = await read();
      for (let token = 1; token <= TOKENS; token += 1) {
        for (let before = 0; before <= layer; before += 1)
          worst = larger(worst, relativeError(moved(before, token), plain(before, token)));
        const wanted = plain(layer + 1, token).map((value, feature) => value + (vector[feature] ?? 0));
        worst = larger(worst, relativeError(moved(layer + 1, token), wanted));
      }
    }
    return worst;
  } finally {
    decoder.steer(new Map());
  }
}

const lengthOf = (vector: Float32Array): number => Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));

function ofLength(vector: Float32Array, length: number): Float32Array {
  const scale = length / lengthOf(vector);
  return vector.map((value) => value * scale);
}

const larger = (worst: number, error: number): number => (Number.isNaN(error) ? Infinity : Math.max(worst, error));
