/** Which tokens of a text were steered, also where the same text was cut into other tokens since. */
import type { TokenStretch } from './condition.ts';

/** The tokens of `to` that share a character with the stretches of `from`: two ways to cut one text, or its beginning. */
export function actedTokens(
  stretches: readonly TokenStretch[],
  from: readonly string[],
  to: readonly string[],
): ReadonlySet<number> {
  const [starts, others] = [startsOf(from), startsOf(to)];
  const spans = stretches.flatMap(([first, last]) => {
    const [begin, end] = [starts[first], starts[Math.min(last + 1, from.length)]];
    return begin === undefined || end === undefined ? [] : [{ begin, end }];
  });
  const acted = new Set<number>();
  let at = 0;
  for (let token = 0; token < to.length; token += 1) {
    const [begin = 0, end = 0] = others.slice(token, token + 2);
    while ((spans[at]?.end ?? Infinity) <= begin) at += 1;
    if ((spans[at]?.begin ?? Infinity) < end) acted.add(token);
  }
  return acted;
}

/** Where each piece begins, in characters, and where the last ends. */
function startsOf(pieces: readonly string[]): readonly number[] {
  const starts = [0];
  for (const [index, piece] of pieces.entries()) starts.push((starts[index] ?? 0) + piece.length);
  return starts;
}
