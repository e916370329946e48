/** The readings of a recording as its file holds them: where each stands, what is shown of it, and every layer. Pure. */
import { type ByPole, byPole } from '../../probe/heads.ts';
import type { ShownReading, ReadoutReading } from '../../reading/reading.ts';
import { field, has, integer, type JsonNode, list } from '../../json/json-path.ts';
import { inRange, oneOf } from '../../json/json-values.ts';
import { roundedRow, rowOf } from '../json/packed-row.ts';

/** A reading as its file holds it; scores of the poles where the recording has them. */
export interface ReadoutObject extends Partial<ByPole<readonly (number | null)[]>> {
  readonly afterToken: number;
  readonly stand: ReadoutReading['stand'];
  /** Score, low and high of what is shown; null where the probe has no such reading. */
  readonly shown: readonly [score: number, low: number, high: number] | null;
  readonly score: readonly (number | null)[];
  /** Left out where no layer has a range. */
  readonly nullLow?: readonly (number | null)[];
  readonly nullHigh?: readonly (number | null)[];
}

/** Far beyond what any reading is in its own unit. */
const LARGEST_SHOWN = 1e6;

/** The object of a reading, rounded to hundredths. */
export function readoutObject(
  { afterToken, stand, shown, score, nullLow, nullHigh, poles }: ReadoutReading,
  hasPoles: boolean,
): ReadoutObject {
  const ranged = [...nullLow, ...nullHigh].some(Number.isFinite);
  const hundredths = (value: number): number => Math.round(value * 100) / 100;
  return {
    afterToken,
    stand,
    shown: shown === null ? null : [hundredths(shown.score), hundredths(shown.low), hundredths(shown.high)],
    score: roundedRow(score),
    ...(ranged ? { nullLow: roundedRow(nullLow), nullHigh: roundedRow(nullHigh) } : {}),
    ...(hasPoles && poles !== null
      ? { positive: roundedRow(poles.positive), negative: roundedRow(poles.negative) }
      : {}),
  };
}

/** The readings of a text of so many tokens. Those of files before version 5 stand at the ends of sentences, and have nothing shown. */
export function readoutsIn(
  node: JsonNode,
  version: number,
  layers: number,
  tokens: number,
  hasPoles: boolean,
): ReadoutReading[] {
  const readouts = list(node, 0, tokens).map((readout) => readoutIn(readout, version, layers, tokens, hasPoles));
  for (const [index, { afterToken }] of readouts.entries()) {
    // Before version 5 files of several programs held them in any order.
    if (version < 5 || afterToken > (readouts[index - 1]?.afterToken ?? -1)) continue;
    node.refuse(
      `${node.path}[${index}].afterToken is ${afterToken}, but readings stand in the order of the text, one after a token.`,
    );
  }
  return readouts;
}

function readoutIn(node: JsonNode, version: number, layers: number, tokens: number, hasPoles: boolean): ReadoutReading {
  const none = new Float32Array(layers).fill(Number.NaN);
  const range = (name: 'nullLow' | 'nullHigh'): Float32Array =>
    version < 5 || has(node, name) ? rowOf(field(node, name), layers) : none.slice();
  return {
    afterToken: integer(field(node, 'afterToken'), 0, tokens - 1),
    stand: version < 5 ? 'sentence' : oneOf(field(node, 'stand'), ['sentence', 'clause', 'word'] as const),
    shown: version < 5 ? null : shownIn(field(node, 'shown')),
    score: rowOf(field(node, 'score'), layers),
    nullLow: range('nullLow'),
    nullHigh: range('nullHigh'),
    poles: hasPoles ? byPole((pole) => rowOf(field(node, pole), layers)) : null,
  };
}

function shownIn(node: JsonNode): ShownReading | null {
  if (node.value === null) return null;
  const [score = 0, low = 0, high = 0] = list(node, 3, 3).map((item) => inRange(item, -LARGEST_SHOWN, LARGEST_SHOWN));
  if (low > high)
    node.refuse(`${node.path} has a chance range from ${low} to ${high}: its lower end must not lie above the upper.`);
  return { score, low, high };
}
