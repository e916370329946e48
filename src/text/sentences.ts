/**
 * Where a sentence ends, decided from the text before and after a point. One rule for texts that are read and for text
 * that grows while the model writes. Writing sees only the next token, so where that is a lone space it decides without
 * knowing whether a small letter follows.
 */

/** Words whose full stop does not end a sentence, in English prose. */
const ABBREVIATIONS = new Set([
  'mr',
  'mrs',
  'ms',
  'dr',
  'st',
  'prof',
  'capt',
  'sgt',
  'lt',
  'col',
  'gen',
  'rev',
  'hon',
  'jr',
  'sr',
  'vs',
  'etc',
  'e.g',
  'i.e',
  'no',
  'vol',
]);

const CLOSERS = `["'”’)\\]]*`;
const STOP_AT_END = new RegExp(`[.!?…]${CLOSERS}$`, 'u');
/** Who speaks, before a chat turn: a heading of one word that says nothing yet. */
const CHAT_ROLE = /<\|[a-z_]+\|>[a-z]+$/u;
const LAST_WORD = /([\p{L}.]+)\.$/u;

/**
 * Whether a sentence ends between `before` and `after`. An empty `after` is the end of the text and always ends one.
 * A line break ends a sentence even without a full stop (headings, verse, chat turns), except after a chat turn's speaker.
 */
export function endsSentence(before: string, after: string): boolean {
  if (before.trim() === '') return false;
  if (after === '') return true;
  if (CHAT_ROLE.test(before)) return false;
  if (/^\s*\n/u.test(after)) return !/\n\s*$/u.test(before);
  if (!STOP_AT_END.test(before) || !/^\s/u.test(after)) return false;
  const word = LAST_WORD.exec(before)?.[1];
  if (word !== undefined && (ABBREVIATIONS.has(word.toLowerCase()) || /^\p{Lu}$/u.test(word))) return false;
  const next = after.trimStart();
  return next === '' || !/^\p{Ll}/u.test(next);
}

/**
 * Indices of the tokens that end a sentence, given what each token adds to the text. The last token always does.
 * Cost grows with the length of the text, not with its square: only a window around each token is looked at.
 */
export function sentenceEnds(pieces: readonly string[]): number[] {
  const text = pieces.join('');
  const ends: number[] = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    at += piece.length;
    const before = text.slice(Math.max(0, at - DECIDED_BY), at);
    const after = index === pieces.length - 1 ? '' : text.slice(at, at + DECIDED_BY);
    if (piece !== '' && endsSentence(before, after)) ends.push(index);
  }
  const last = pieces.length - 1;
  if (last >= 0 && ends.at(-1) !== last && text.trim() !== '') ends.push(last);
  return ends;
}

/** Characters before and after a point that decide whether a sentence ends there: more than any abbreviation with its closing quotes. */
export const DECIDED_BY = 32;
