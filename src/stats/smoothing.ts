/**
 * The trailing running mean that colours tokens. Trailing, not centred: a colour never changes when later words arrive,
 * so a live trace and a finished one are the same picture. NaN (position 0, or a value that failed) is left out.
 */

/** Tokens in the running mean unless the reader chooses another number; `LayerCalibration.smoothSd` is measured with it. */
export const DEFAULT_WINDOW = 10;

/** Mean of the finite values among the last `window` values up to and including `index`; NaN when there is none. */
export function trailingMean(values: ArrayLike<number>, index: number, window: number): number {
  return stridedMean(values, index, window, 1, 0);
}

/** The running mean of a whole series. */
export function runningMean(values: ArrayLike<number>, window: number): Float32Array {
  return Float32Array.from({ length: values.length }, (_, index) => trailingMean(values, index, window));
}

/**
 * The running mean at one token of one column of row-major scores `[tokens, layers]`. It is NaN where the token's own
 * score is NaN, so that a hatched token stays hatched.
 */
export function layerMean(
  scores: ArrayLike<number>,
  token: number,
  window: number,
  layers: number,
  layer: number,
): number {
  return Number.isFinite(scores[token * layers + layer])
    ? stridedMean(scores, token, window, layers, layer)
    : Number.NaN;
}

function stridedMean(values: ArrayLike<number>, index: number, window: number, stride: number, offset: number): number {
  let sum = 0;
  let count = 0;
  for (let at = Math.max(0, index - window + 1); at <= index; at += 1) {
    const value = values[at * stride + offset] ?? Number.NaN;
    if (Number.isFinite(value)) {
      sum += value;
      count += 1;
    }
  }
  return count === 0 ? Number.NaN : sum / count;
}
