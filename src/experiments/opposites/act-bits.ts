/** From log probabilities to bits, act by act. */
import type { Likelihood } from '../subject.ts';

/** What stands where a model gave no answer. */
export const UNKNOWN: Likelihood = { logP: NaN, tokens: NaN };

/** -log2 p. */
export function bitsOf({ logP }: Likelihood): number {
  return -logP / Math.LN2;
}

/** Bits of the acts of `questionsOf` (contexts.ts), one list an act, an entry a question. */
export function actBits(answers: readonly (readonly Likelihood[])[]): {
  readonly opposite: readonly number[];
  readonly unrelated: readonly number[];
  readonly own: readonly number[];
} {
  const of = (act: number): readonly number[] => answers.map((answer) => bitsOf(answer[act] ?? UNKNOWN));
  return { opposite: of(0), unrelated: of(1), own: of(2) };
}
