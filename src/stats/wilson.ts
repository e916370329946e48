/** The interval of a share of independent units. */

/** 97.5 % point of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * Wilson's (1927) 95 % interval of a share of `n` units, without continuity correction; it stays within [0, 1] and keeps
 * its width where the share is 0 or 1. `share` need not be a whole number of units: a tie counts half.
 */
export function wilsonInterval(share: number, n: number): { readonly low: number; readonly high: number } {
  const centre = (share + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z / (1 + (Z * Z) / n)) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
