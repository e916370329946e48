/** Lines of text where no program breaks them: in pictures. Lengths are counted in characters, because nobody knows the font. */

/** Breaks a text between words into lines of at most `most` characters; a word that is longer is cut. */
export function wrapWords(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || Array.from(last).length + 1 + Array.from(word).length > most)
      lines.push(fitWords(word, most));
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** A text of at most `most` characters, the last an ellipsis where something was cut. */
export function fitWords(text: string, most: number): string {
  const letters = Array.from(text);
  return letters.length <= most ? text : `${letters.slice(0, most - 1).join('')}…`;
}
