/** Agreement of two vectors. */

/** ‖found − truth‖ / ‖truth‖, in double precision; NaN when either holds one or `found` is shorter. */
export function relativeError(found: Float32Array, truth: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (const [index, value] of truth.entries()) {
    difference += ((found[index] ?? NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(difference / size);
}
