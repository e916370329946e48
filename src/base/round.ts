/** Numbers as files hold them: few enough digits that two files can be compared by eye, more than any picture shows. */

/** `value` to `digits` significant digits; NaN and infinities pass through. */
export function significant(value: number, digits = 6): number {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : value;
}

/** Plain data with every broken number at six significant digits; counts stay whole. */
export function significantAll<T>(value: T): T {
  return deeply(value) as T;
}

function deeply(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? value : significant(value);
  if (Array.isArray(value)) return value.map(deeply);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deeply(item)]));
}
