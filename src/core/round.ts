/** Numbers as files hold them: few enough digits that two files can be compared by eye, more than any picture shows. */

/** `value` to `digits` significant digits; NaN and infinities pass through. */
export function significant(value: number, digits = 6): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}
