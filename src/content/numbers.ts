/** How numbers are written on the page, and how they are spoken. A true minus sign, so that columns align. */

const MINUS = '−';

/** A score with its sign and `digits` significant digits (never more decimals than that), e.g. `+0.623`, `−1.20`, `+0.010`. */
export function signed(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return 'no value';
  const size = Math.abs(value);
  const shown = size < 0.1 ? size.toFixed(digits) : size.toPrecision(digits);
  // toPrecision turns large numbers into exponents, which nobody reads as a score.
  const plain = shown.includes('e') ? String(Math.round(size)) : shown;
  return `${value < 0 ? MINUS : '+'}${plain}`;
}

/** A score to one decimal for tight places (axes, legends). */
export function signedShort(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value).toFixed(1);
  return size === '0.0' ? '0.0' : `${value < 0 ? MINUS : '+'}${size}`;
}

/** A score as a screen reader should say it. */
export function spoken(value: number): string {
  if (!Number.isFinite(value)) return 'no value';
  return `${value < 0 ? 'minus' : 'plus'} ${Math.abs(value).toFixed(2)}`;
}

/** A plain number with a true minus sign. */
export function plainNumber(value: number, decimals: number): string {
  const shown = value.toFixed(decimals);
  // What rounds to nothing has no sign.
  return Number(shown) === 0 ? shown.replace('-', '') : shown.replace('-', MINUS);
}

/** Bytes in decimal megabytes, as download sizes are given everywhere else. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 9.95e6 ? 1 : 0)} MB`;
}

/** Bytes in the unit that suits them, decimal, e.g. `104 MB`, `92 kB`. */
export function fileSize(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return megabytes(bytes);
  return bytes < 1000 ? plural(bytes, 'byte') : `${Math.round(bytes / 1000)} kB`;
}

/** A count with thin grouping, e.g. `2 048`. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A small relative error, e.g. `3.1e-5`. */
export function scientific(value: number): string {
  return Number.isFinite(value) ? value.toExponential(1).replace('-', MINUS) : 'not finite';
}

/** `1 token`, `2 tokens`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
