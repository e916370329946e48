/** Words of a text, for the baselines that read words and not the model. */

/** Lowercased words: letters with apostrophes inside ("don't"); curly apostrophes count as straight ones. */
export function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/\p{L}[\p{L}\p{M}]*(?:'\p{L}[\p{L}\p{M}]*)*/gu) ?? []
  );
}

/** How many words a reader would count: stretches between spaces that hold a letter or a digit. */
export function wordCount(text: string): number {
  return text.split(/\s+/u).filter((piece) => /[\p{L}\p{N}]/u.test(piece)).length;
}
