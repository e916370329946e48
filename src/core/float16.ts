/**
 * Numbers of 16 bits (IEEE 754 binary16) as they lie in memory. Float16Array is younger than the browsers and the Node that Flipside runs
 * on, and the two directions are all that is needed.
 */

/** The largest finite one; what is larger overflows to infinity. */
export const FLOAT16_MAX = 65_504;

const words = new Uint32Array(1);
const single = new Float32Array(words.buffer);

/** The number of every word: a look-up for each of a pass's numbers is faster than taking it apart. */
const widened = Float32Array.from({ length: 1 << 16 }, (_, half) => widen(half));

function widen(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The numbers behind 16-bit words; a new array. */
export function fromFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) out[index] = widened[halves[index] ?? 0] ?? NaN;
  return out;
}

/** The nearest 16-bit words, halfway to the even one; a new array. Too large becomes infinite. */
export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const out = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index += 1) out[index] = narrow(values[index] ?? 0);
  return out;
}

function narrow(value: number): number {
  single[0] = value;
  const bits = words[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From halfway between the largest one and the next that there would be.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below the smallest normal one the numbers are multiples of 2⁻²⁴: adding 0.5 rounds to them, halfway to the even one.
  if (magnitude < 0x38800000) {
    single[0] = Math.abs(value) + 0.5;
    return sign | ((words[0] ?? 0) - 0x3f000000);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}
