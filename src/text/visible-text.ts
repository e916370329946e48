/**
 * Makes characters visible that would otherwise act on the page or hide in it: controls, bidirectional overrides,
 * zero-width characters, tags and lone surrogates. Model output is untrusted text: it is shown, never obeyed.
 */

/** A piece of text that may be put on the page as it is, or one character that may not, with the name to show for it. */
export type VisibleSegment =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'break'; readonly text: string; readonly glyph: string }
  | { readonly kind: 'hidden'; readonly text: string; readonly glyph: string };

/** A token that stands for a turn's border and not for letters, spelled out as tokenizers do: `<|im_start|>`. */
const SPECIAL = /<\|[a-z][a-z_]*\|>/;
const SPECIAL_OR_REST = new RegExp(`(${SPECIAL.source})`);

const GLYPHS: Readonly<Record<string, string>> = { ' ': '␣', '\n': '⏎', '\r': '␍', '\t': '⇥', '\u00a0': '⍽' };

/**
 * Characters without a picture of their own. U+200C and U+200D (joiners) and variation selectors are not here: emoji
 * and many scripts need them inside words.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/u;

/**
 * Cuts a text into pieces for running prose: line breaks and tabs keep their effect and get a glyph; hidden characters
 * come alone, with `⟨U+202E⟩` to show in their place, and so do special tokens, with `⟨im_start⟩`. Joining every `text`
 * gives the input back.
 */
export function visibleSegments(text: string): VisibleSegment[] {
  const segments: VisibleSegment[] = [];
  let plain = '';
  const flush = (): void => {
    if (plain !== '') segments.push({ kind: 'plain', text: plain });
    plain = '';
  };
  const special = (token: string): void => {
    flush();
    segments.push({ kind: 'hidden', text: token, glyph: `⟨${token.slice(2, -2)}⟩` });
  };
  const ordinary = (character: string): void => {
    const kind = character === '\n' || character === '\t' ? 'break' : HIDDEN.test(character) ? 'hidden' : 'plain';
    if (kind === 'plain') {
      plain += character;
      return;
    }
    flush();
    segments.push({ kind, text: character, glyph: glyphOf(character) });
  };
  for (const part of text.split(SPECIAL_OR_REST)) {
    if (SPECIAL.test(part)) special(part);
    else for (const character of part) ordinary(character);
  }
  flush();
  return segments;
}

/** A token on one line, with every space and break as a glyph: for tooltips, tables and the detail line. */
export function visibleToken(text: string): string {
  return Array.from(text, (character) =>
    character in GLYPHS || HIDDEN.test(character) ? glyphOf(character) : character,
  ).join('');
}

/** A text as people read it, on one line: spaces stay spaces, and every other character that acts or hides is named. */
export function shownText(text: string): string {
  return visibleToken(text).replaceAll('␣', ' ');
}

/** A token as it is spoken: no glyph for the space before a word, and one only where there is nothing else to say. */
export function spokenToken(text: string): string {
  return visibleToken(text.trim() || text);
}

/** A name on one line, e.g. a title from a file: as it is, with hidden characters and breaks written out. */
export function visibleLine(text: string): string {
  return Array.from(text, (character) =>
    /[\n\t]/.test(character) || HIDDEN.test(character) ? glyphOf(character) : character,
  ).join('');
}

/** Whether a text can be shown without any substitution: the quick path of the strip. */
export function isPlain(text: string): boolean {
  return !HIDDEN.test(text) && !/[\n\t]/.test(text) && !SPECIAL.test(text);
}

function glyphOf(character: string): string {
  return GLYPHS[character] ?? `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
