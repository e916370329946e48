/**
 * Finds whether an adapter computes passes with branches right. Nothing reports a kernel that does not heed the bias on
 * its attention scores, so it is measured: a branch that says what the text says next must read as the text reads there.
 */
import type { Decoder } from '../decoder.ts';
import { Sequence, type MixedReading, type PassReading } from '../sequence.ts';

/** Tokens that go through the decoder for it; the text needs fewer. */
export const BRANCH_PROOF_TOKENS = 20;

/** Fits the smallest pass that is used. */
const PASS = 16;

/**
 * Passes in turn, each with a branch: from the pass's own text, and from text that is in the cache. The second also
 * tells whether the first branch has left the cache.
 */
const PLAN = [
  { from: 0, to: 8, branch: { after: 4, to: 8 } },
  { from: 8, to: 12, branch: { after: 6, to: 10 } },
] as const;

/**
 * Largest error of any pass with branches, each as `errorOf` finds it; infinite where the decoder takes none. `ids` are at
 * least {@link BRANCH_PROOF_TOKENS} tokens. Throws what the decoder throws.
 */
export async function branchError(
  decoder: Decoder,
  ids: readonly number[],
  errorOf: (pass: PassReading) => number,
  onPass: (tokens: number) => void,
): Promise<number> {
  if (!decoder.branching) return Infinity;
  const sequence = new Sequence(decoder, PASS);
  let worst = 0;
  try {
    for (const { from, to, branch } of PLAN) {
      const peek = { after: branch.after, ids: ids.slice(branch.after, branch.to) };
      for await (const mixed of sequence.appendAndPeek(ids.slice(from, to), [peek])) {
        const passes = passesOf(mixed);
        worst = Math.max(worst, ...passes.map(errorOf));
        onPass(passes.reduce((sum, pass) => sum + pass.tokens, 0));
      }
    }
    return worst;
  } finally {
    sequence.dispose();
  }
}

function passesOf({ text, peeks }: MixedReading): readonly PassReading[] {
  return [...(text === null ? [] : [text]), ...peeks.flatMap(({ passes }) => passes)];
}
