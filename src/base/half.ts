/**
 * Half-precision (IEEE 754 binary16) to and from float32, for files and for what models in 16 bits are fed and give; arithmetic is
 * never done in it here. Float16Array is younger than the browsers and the Node that Flipside runs on.
 */

/** The largest finite one; what is larger overflows to infinity. */
export const FLOAT16_MAX = 65_504;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The number that 16 bits of half precision stand for. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The 16 bits nearest to `value` (ties to even); beyond 65,504 it becomes infinity, as IEEE asks. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const fraction = word & 0x7fffff;
  if (exponent === 255) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const unbiased = exponent - 127 + 15;
  if (unbiased >= 31) return sign | 0x7c00;
  if (unbiased <= 0) {
    if (unbiased < -10) return sign;
    // Subnormal: shift the full significand and round what falls off.
    return sign | roundShift(fraction | 0x800000, 14 - unbiased);
  }
  // A carry out of the fraction correctly runs into the exponent.
  return sign | ((unbiased << 10) + roundShift(fraction, 13));
}

/** `value / 2^shift`, rounded to the nearest whole number, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const halfway = 1 << (shift - 1);
  return rest > halfway || (rest === halfway && (kept & 1) === 1) ? kept + 1 : kept;
}

/** The number of every word: a look-up for each of a pass's numbers is faster than taking it apart. Made when it is first wanted. */
let everyHalf: Float32Array | null = null;

/** By 16-bit word its number, 65,536 of them; one array for all callers, who only read it. */
export function halfNumbers(): Float32Array {
  return (everyHalf ??= Float32Array.from({ length: 1 << 16 }, (_, half) => halfToFloat(half)));
}

/** The numbers behind 16-bit words; a new array. */
export function fromFloat16(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const numbers = halfNumbers();
  const out = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) out[index] = numbers[halves[index] ?? 0] ?? NaN;
  return out;
}

/** The nearest 16-bit words, as {@link floatToHalf} rounds; a new array. */
export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, floatToHalf);
}

/** A copy of `values` with each one rounded to half precision, so that what is used equals what a file will hold. */
export function roundToHalf(values: Float32Array): Float32Array {
  return values.map((value) => halfToFloat(floatToHalf(value)));
}
