/** Stretches of neighbouring values that share something. Pure. */
import type { TokenSpan } from './token-span.ts';

/** The longest runs of indices for which `holds`, both ends included, in order. */
export function runsWhere(values: ArrayLike<number>, holds: (value: number) => boolean): TokenSpan[] {
  const runs: TokenSpan[] = [];
  let from = -1;
  for (let index = 0; index <= values.length; index += 1) {
    const inside = index < values.length && holds(values[index] ?? Number.NaN);
    if (inside && from < 0) from = index;
    if (!inside && from >= 0) {
      runs.push({ from, to: index - 1 });
      from = -1;
    }
  }
  return runs;
}
