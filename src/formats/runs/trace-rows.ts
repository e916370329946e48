/** Tokens with the reading after each stretch, as small files hold them. */
import type { Stand } from '../../reading/reading.ts';
import type { TracePoint } from '../../reading/trace.ts';
import { field, integer, type JsonNode, list, number, text } from '../../json/json-path.ts';

/** No text of such a file is longer. */
const MOST_TOKENS = 2000;

const STANDS = { sentence: true, clause: true, word: true } as const satisfies Record<Stand, true>;

/** What each token adds to the text, and the reading after each stretch. */
export interface TracedText {
  readonly pieces: readonly string[];
  readonly trace: readonly TracePoint[];
}

/** Both as members of an object: numbers to two decimals. */
export function tracedRows({ pieces, trace }: TracedText): { readonly pieces: unknown; readonly readings: unknown } {
  return {
    pieces,
    readings: trace.map(({ afterToken, stand, score, low, high }) => [
      afterToken,
      stand,
      ...[score, low, high].map((value) => Number(value.toFixed(2))),
    ]),
  };
}

/** Reads what {@link tracedRows} wrote; refuses by the node's own error. */
export function tracedText(node: JsonNode): TracedText {
  const pieces = list(field(node, 'pieces'), 2, MOST_TOKENS).map((piece) => text(piece));
  let from = 0;
  const trace = list(field(node, 'readings'), 1, pieces.length).map((reading): TracePoint => {
    const [after, stand, score, low, high] = list(reading, 5, 5);
    if (after === undefined || stand === undefined || score === undefined || low === undefined || high === undefined)
      return reading.refuse(`${reading.path} must have 5 items.`);
    const point = {
      from,
      afterToken: integer(after, from, pieces.length - 1),
      stand: toStand(stand),
      score: number(score),
      low: number(low),
      high: number(high),
    };
    from = point.afterToken + 1;
    return point;
  });
  return { pieces, trace };
}

function toStand(node: JsonNode): Stand {
  const value = text(node);
  return Object.hasOwn(STANDS, value)
    ? (value as Stand)
    : node.refuse(`${node.path} must be one of ${Object.keys(STANDS).join(', ')}, got "${value}".`);
}
