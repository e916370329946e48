/** Which tokens of a text are read after, beyond the ends of its sentences, and in which order: the most telling first. Pure. */
import type { Stand } from './reading.ts';
import { standsOf } from './stands.ts';

/** How densely a text is read: at the ends of sentences, of clauses too, of words of four letters and more too, or after every token. */
export const GRANULARITIES = ['sentence', 'clause', 'word', 'token'] as const;

/** One of {@link GRANULARITIES}. */
export type Granularity = (typeof GRANULARITIES)[number];

/** How densely the page and its recordings are read: more places cost more and tell no more (docs/decisions/0023). */
export const USUAL: Granularity = 'word';

/** A place to read at. */
export interface ReadingPlace {
  /** Index of the token after which is read. */
  readonly afterToken: number;
  readonly stand: Stand;
}

/** Letters of a word from which on it says something: shorter ones (and, his, the) mostly join others. */
const TELLING = 4;

/** How many of the groups that {@link refinement} makes are read. */
const GROUPS: Readonly<Record<Granularity, number>> = { sentence: 0, clause: 1, word: 2, token: 4 };

/**
 * The places inside the sentences of a text, given what each token adds to it: the ends of clauses; then those of long
 * words; then, for every token, those of short ones, and what lies within words. Each group is in the order of the text.
 * Left out are tokens that end inside a character, and white space alone.
 */
export function refinement(pieces: readonly string[], every: Granularity): ReadingPlace[] {
  const groups: ReadingPlace[][] = [[], [], [], []];
  for (const [afterToken, stand] of standsOf(pieces).entries()) {
    if (stand === 'sentence' || (pieces[afterToken] ?? '').trim() === '') continue;
    groups[stand === 'clause' ? 0 : rankOf(pieces, afterToken)]?.push({ afterToken, stand });
  }
  return groups.slice(0, GROUPS[every]).flat();
}

/** 1: the end of a long word, 2: of a short one, 3: within a word, or a mark that opens one. */
function rankOf(pieces: readonly string[], token: number): number {
  if (/^[\p{L}\p{N}]/u.test(pieces[token + 1] ?? '')) return 3;
  let letters = 0;
  for (let at = token; at >= 0 && letters < TELLING; at -= 1) {
    const piece = pieces[at] ?? '';
    letters += piece.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    if (/^\s/u.test(piece)) break;
  }
  return letters === 0 ? 3 : letters >= TELLING ? 1 : 2;
}
