/** The trace of a text as values by token, for whatever colours tokens. */
import type { TracePoint } from './trace.ts';

/** The score of the stretch that each token belongs to `[tokens]`; NaN where it belongs to none, or its reading has no number. */
export function traceValues(points: readonly TracePoint[], tokens: number): Float32Array {
  const values = new Float32Array(tokens).fill(Number.NaN);
  for (const { from, afterToken, score } of points) values.fill(score, from, Math.min(tokens, afterToken + 1));
  return values;
}

/** The stretch that holds a token; null after the last one. `points` are in the order of the text. */
export function stretchAt(points: readonly TracePoint[], token: number): TracePoint | null {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.afterToken ?? 0) < token) low = middle + 1;
    else high = middle;
  }
  return points[low] ?? null;
}
