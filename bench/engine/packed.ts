/** Which texts go through the model together. */

/** Texts in order, in groups of at most so many texts and so many tokens; a text that is too long alone is alone. */
export function packed<T extends { readonly length: number }>(
  texts: readonly T[],
  mostTokens: number,
  mostTexts: number,
): T[][] {
  const groups: T[][] = [];
  let tokens = 0;
  for (const text of texts) {
    const group = groups.at(-1);
    if (group === undefined || group.length >= mostTexts || tokens + text.length > mostTokens) {
      groups.push([text]);
      tokens = text.length;
    } else {
      group.push(text);
      tokens += text.length;
    }
  }
  return groups;
}
