/** Words of a text, for the baselines that read words and not the model. */

/** A word: letters with apostrophes inside, straight or curly. */
const WORD = /\p{L}[\p{L}\p{M}]*(?:['’]\p{L}[\p{L}\p{M}]*)*/gu;

/** Lowercased words: letters with apostrophes inside ("don't"); curly apostrophes count as straight ones. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().replaceAll('’', "'").match(WORD) ?? [];
}

/**
 * `text` with words exchanged: `change` gets each word as {@link wordsOf} writes it and its place among the words, from 0,
 * and gives the new word, or null to leave it. A new word begins with a capital where the old one did.
 */
export function changeWords(text: string, change: (word: string, at: number) => string | null): string {
  let at = 0;
  return text.replace(WORD, (found) => {
    const changed = change(found.toLowerCase().replaceAll('’', "'"), at);
    at += 1;
    if (changed === null) return found;
    return /^\p{Lu}/u.test(found) ? changed.slice(0, 1).toUpperCase() + changed.slice(1) : changed;
  });
}

/** How many words a reader would count: stretches between spaces that hold a letter or a digit. */
export function wordCount(text: string): number {
  return text.split(/\s+/u).filter((piece) => /[\p{L}\p{N}]/u.test(piece)).length;
}
