/** Which token of one text is put in the place of which token of another, at which layers. Pure; no model. */
import { type Alignment, alignTokens } from '../text/align.ts';
import { AppError } from '../base/errors.ts';
import type { PatchTokens } from './patching.ts';
import type { TokenPair } from '../reading/token-divergence.ts';

/** Cells of a grid at most: a minute or two on a slow machine. */
export const MOST_CELLS = 2000;

/**
 * Pairs of tokens. Tokens that both texts share stand opposite each other; within a stretch where they differ the last
 * stands opposite the last, and so back, since what a word of several tokens means is there at its last. Texts that share
 * too little are paired from their ends. Position 0, the attention sink, is left alone, and so is what has no partner.
 */
export function pairTokens(a: readonly string[], b: readonly string[]): TokenPair[] {
  const alignment = alignTokens(a, b);
  const pairs = alignment.alike ? alongColumns(alignment) : fromEnds(a.length, b.length, 0, 0);
  return pairs.filter((pair) => pair.a > 0 && pair.b > 0);
}

/**
 * The pairs that are patched, ascending. Where the texts are still the same their streams are too, and a patch would do nothing:
 * by default they are left out. Throws `usage` where no token has a partner, or one that is asked for has none.
 */
export function patchPairs(a: readonly string[], b: readonly string[], tokens: PatchTokens): TokenPair[] {
  const pairs = pairTokens(a, b);
  if (tokens !== 'differing')
    return tokens.map(
      (token) =>
        pairs.find((pair) => pair.b === token) ??
        refuse(
          `Token ${token} of B has no partner in A, or is the start of the text. B has tokens 1 to ${b.length - 1}.`,
        ),
    );
  const first = b.findIndex((text, token) => text !== a[token]);
  const found = pairs.filter((pair) => first < 0 || pair.b >= first || pair.a !== pair.b);
  return found.length > 0 ? found : refuse('No token of B has a partner in A. Give two texts of at least two tokens.');
}

/** Refuses a grid that there is not, or that is too large. Throws `usage`. */
export function checkGrid(pairs: readonly TokenPair[], streams: readonly number[], layerCount: number): void {
  const strange = streams.find((stream) => !(Number.isInteger(stream) && stream >= 1 && stream <= layerCount));
  if (strange !== undefined || streams.length === 0)
    refuse(`Layers ${streams.join(', ')} cannot be patched: the model has 1 to ${layerCount}.`);
  const cells = pairs.length * streams.length;
  if (cells > MOST_CELLS)
    refuse(
      `${pairs.length} tokens at ${streams.length} layers are ${cells} patches, more than ${MOST_CELLS}. Patch fewer layers, or name the tokens.`,
    );
}

function alongColumns({ columns }: Alignment): TokenPair[] {
  const pairs: TokenPair[] = [];
  let gap: { a: number[]; b: number[] } = { a: [], b: [] };
  const close = (): void => {
    pairs.push(...fromEnds(gap.a.length, gap.b.length, gap.a[0] ?? 0, gap.b[0] ?? 0));
    gap = { a: [], b: [] };
  };
  for (const { a, b, same } of columns) {
    if (same && a !== null && b !== null) {
      close();
      pairs.push({ a, b });
      continue;
    }
    if (a !== null) gap.a.push(a);
    if (b !== null) gap.b.push(b);
  }
  close();
  return pairs;
}

/** The last opposite the last, and so back; stretches of these lengths that begin there. */
function fromEnds(lengthA: number, lengthB: number, startA: number, startB: number): TokenPair[] {
  const length = Math.min(lengthA, lengthB);
  return Array.from({ length }, (_, index) => ({
    a: startA + lengthA - length + index,
    b: startB + lengthB - length + index,
  }));
}

function refuse(message: string): never {
  throw new AppError('usage', message);
}
