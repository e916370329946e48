/** The middle one of the values, the upper of the two middle ones; NaN without any. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
