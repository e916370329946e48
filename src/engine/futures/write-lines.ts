/** Many lines written at once: each step reads the next token of every one of them in a single pass. */
import type { TokenChoice } from '../../reading/reading.ts';
import { chooseToken } from '../../reading/sampling.ts';
import type { FutureEnd } from '../../reading/futures/futures.ts';
import type { Decoder } from '../decoder.ts';
import type { BranchedText } from './branched-text.ts';

/** Lines that are written together: a pass of so many tokens costs hardly more than one of a single token, while the cache still fits. */
const TOGETHER = 24;

/** A line under way. */
export interface WritingLine {
  readonly ids: number[];
  /** A number in [0, 1) for its next token. */
  readonly uniform: () => number;
  /** Slot of its last token that has been read. */
  slot: number;
  /** Logits after it `[vocabulary]`. */
  logits: Float32Array;
  ended: FutureEnd | null;
}

/** How lines are written. */
export interface LinesRequest {
  readonly maxTokens: number;
  readonly choice: TokenChoice;
  readonly endTokens: readonly number[];
  /** Whether a line goes round and round and is to end; left out, none does. */
  readonly repeats?: (ids: readonly number[]) => boolean;
  /** Whether the last token of a line is read too, so that writing can go on from there. */
  readonly readLast: boolean;
  /** Called before each token; throws to stop. */
  readonly check: () => void;
}

/** Called after each step: the lines that have a token more, once it has been read, and those that have ended. */
export type OnStep<Line extends WritingLine> = (grown: readonly Line[], ended: readonly Line[]) => Promise<void> | void;

/** Lines of `maxTokens` tokens that are written together where the context has `room` tokens left; 0 where it has no room for one. */
export function linesAtOnce(decoder: Decoder, chunkTokens: number, room: number, maxTokens: number): number {
  const fit = Math.floor(room / maxTokens);
  return decoder.branching ? Math.max(0, Math.min(TOGETHER, chunkTokens, fit)) : Math.min(1, Math.max(0, fit));
}

/**
 * Writes lines after the beginning of `text`, where all of them stand, until each has ended. Throws what the decoder
 * throws.
 */
export async function writeLines<Line extends WritingLine>(
  text: BranchedText,
  lines: readonly Line[],
  { maxTokens, choice, endTokens, repeats, readLast, check }: LinesRequest,
  onStep: OnStep<Line> = () => undefined,
): Promise<void> {
  const given = text.length;
  for (let token = 0; lines.some(({ ended }) => ended === null); token += 1) {
    check();
    const before = lines.filter(({ ended }) => ended === null);
    for (const line of before) {
      const id = chooseToken(line.logits, choice, line.uniform);
      if (endTokens.includes(id)) line.ended = 'end-token';
      else line.ids.push(id);
    }
    const grown = before.filter(({ ended }) => ended === null);
    for (const line of grown) {
      if (repeats?.(line.ids) === true) line.ended = 'repetition';
      else if (line.ids.length >= maxTokens) line.ended = 'length';
    }
    const going = grown.filter(({ ended }) => ended === null);
    const read = readLast ? [...going, ...grown.filter(({ ended }) => ended !== null)] : going;
    if (read.length > 0) {
      const first = text.length;
      const logits = await text.grow(
        read.map((line) => ({ id: line.ids.at(-1) ?? 0, after: line.slot })),
        given + token,
        going.map((_, row) => row),
      );
      const vocabulary = logits.length / Math.max(1, going.length);
      for (const [row, line] of read.entries()) {
        line.slot = first + row;
        if (line.ended === null) line.logits = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
      }
    }
    await onStep(
      grown,
      before.filter(({ ended }) => ended !== null),
    );
  }
}
