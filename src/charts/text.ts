/**
 * Text of a figure. Plotly reads a few tags and entities in it, and a file may come from anybody: what our builders write is
 * escaped here, with `<br>` alone for a new line, and what our renderer reads is turned back here.
 */
import { AppError } from '../base/errors.ts';
import { shownText } from '../text/visible-text.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** `$` would be the sign of a formula where MathJax is loaded. */
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', $: '&#36;' } as const;
const CHARACTERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(ENTITIES).map(([character, entity]) => [entity, character]),
);

/** A text as Plotly shows it and nothing else happens; what is hidden in it is named. */
export function plotlyText(text: string): string {
  return escaped(shownText(text));
}

/** The same in lines of at most `most` characters. */
export function plotlyLines(text: string, most: number): string {
  return wrapWords(shownText(text), Math.max(1, most | 0))
    .map(escaped)
    .join('<br>');
}

/** The lines of a text of {@link plotlyText}, as they are read. Throws `internal` for a tag or an entity that no builder writes. */
export function linesOf(text: string): string[] {
  return text.split('<br>').map((line) => {
    if (/[<>]/.test(line)) throw new AppError('internal', `A figure's text holds a tag that is not <br>: "${text}".`);
    return line.replace(/&[^;]*;?/g, (entity) => {
      const character = CHARACTERS[entity];
      if (character === undefined) throw new AppError('internal', `A figure's text holds "${entity}": "${text}".`);
      return character;
    });
  });
}

/** A text of {@link plotlyText} in one line, for people. */
export function plainText(text: string): string {
  return linesOf(text).join(' ');
}

function escaped(text: string): string {
  return text.replace(/[&<>$]/g, (character) => ENTITIES[character as keyof typeof ENTITIES]);
}
