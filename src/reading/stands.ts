/** Where each token of a text stands: at the end of a sentence, at the end of a clause, or anywhere else. */
import type { Stand } from './reading.ts';
import { DECIDED_BY, sentenceEnds } from '../text/sentences.ts';

/** A dash may touch the words around it. */
const DASH = /(?:[—–]|--)$/u;
/** A comma, semicolon or colon with the quotation marks and brackets that close behind it; or such a mark, or a hyphen, alone. */
const MARK = /(?:[,;:]["'”’)\]]*|["”)\]]|\s-)$/u;

/**
 * The stand of every token, given what each adds to the text. A clause ends with a comma, a semicolon, a colon, a dash or
 * a closing mark before white space; the marks inside 1,000 and 10:30 end none. The last token of a text ends a sentence.
 */
export function standsOf(pieces: readonly string[]): Stand[] {
  const text = pieces.join('');
  const sentences = new Set(sentenceEnds(pieces));
  let at = 0;
  return pieces.map((piece, index) => {
    at += piece.length;
    if (sentences.has(index)) return 'sentence';
    return piece !== '' && endsClause(text.slice(Math.max(0, at - DECIDED_BY), at), text.slice(at, at + 1))
      ? 'clause'
      : 'word';
  });
}

/** Whether a clause ends between these two; `after` is the next character. */
function endsClause(before: string, after: string): boolean {
  if (DASH.test(before)) return !/[\p{N}—–-]/u.test(after);
  return /^\s?$/u.test(after) && MARK.test(before);
}
