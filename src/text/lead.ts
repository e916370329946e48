/** The beginning of a long text, for a glance. */

/** The sentences that fit into `most` characters, one at least, and what follows them (empty where all fit). */
export function leadOf(text: string, most: number): { readonly lead: string; readonly rest: string } {
  const sentences = text.split(/(?<=\.)\s+(?=\p{Lu})/u);
  let taken = 1;
  while (taken < sentences.length && sentences.slice(0, taken + 1).join(' ').length <= most) taken += 1;
  return { lead: sentences.slice(0, taken).join(' '), rest: sentences.slice(taken).join(' ') };
}
