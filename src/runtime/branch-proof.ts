/**
 * Finds whether an adapter computes passes with branches right. Nothing reports a kernel that does not heed the bias on
 * its attention scores, so it is measured: a branch that says what the text says next must read as the text reads there.
 */
import { AppError } from '../core/errors.ts';
import type { Decoder } from './decoder.ts';
import { Sequence, type MixedReading, type PassReading } from './sequence.ts';

/** Tokens that go through the decoder for it, and those of the text that it needs. */
export const BRANCH_PROOF = { read: 20, text: 12 } as const;

/** Fits the smallest pass that is used. */
const PASS = 16;

/** Passes in turn, each with a branch: from the pass's own text, and from text that is in the cache. The second also tells whether the first branch has left the cache. */
const PLAN = [
  { from: 0, to: 8, branch: { after: 4, to: 8 } },
  { from: 8, to: 12, branch: { after: 6, to: 10 } },
] as const;

/**
 * Largest relative error of any layer's stream at any token, against `errorAt` of a position; infinite where the decoder
 * takes no branches or gives numbers that are none. `ids` are at least {@link BRANCH_PROOF}.text tokens.
 */
export async function branchError(decoder: Decoder, ids: readonly number[], errorAt: (pass: PassReading, token: number, position: number) => number, onPass: (tokens: number) => void): Promise<number> {
  if (!decoder.branching) return Infinity;
  const sequence = new Sequence(decoder, PASS);
  let worst = 0;
  try {
    for (const { from, to, branch } of PLAN) {
      const peek = { after: branch.after, ids: ids.slice(branch.after, branch.to) };
      for await (const mixed of sequence.appendAndPeek(ids.slice(from, to), [peek])) {
        const passes = passesOf(mixed);
        for (const pass of passes) for (let token = 0; token < pass.tokens; token += 1) worst = Math.max(worst, errorAt(pass, token, pass.start + token));
        onPass(passes.reduce((sum, pass) => sum + pass.tokens, 0));
      }
    }
    return worst;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'numbers-not-finite') return Infinity;
    throw thrown;
  } finally {
    sequence.dispose();
  }
}

function passesOf({ text, peeks }: MixedReading): readonly PassReading[] {
  return [...(text === null ? [] : [text]), ...peeks.flatMap(({ passes }) => passes)];
}
