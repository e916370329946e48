/** A sentence by the words at its end, to say which one is meant. */

/** Longer quotations are cut at their beginning. */
const MOST_WORDS = 8;

/** The border of a chat turn, with the name of who speaks where one follows: `<|im_start|>user` and a line break. */
const TURN_BORDER = /<\|[a-z][a-z_]*\|>(?:[a-z]+\n)?/u;

/**
 * The last clause of a sentence without its full stop, at most {@link MOST_WORDS} words, e.g. `hugged him when he put it
 * on` of “She knitted Bruno a red hat and hugged him when he put it on.” A cut clause begins with `…`. Of a chat the
 * words of the last turn are taken, without its border.
 */
export function lastClause(sentence: string): string {
  const turn = sentence.split(TURN_BORDER).findLast((words) => words.trim() !== '') ?? sentence;
  const plain = turn.trim().replace(/[\s.!?…"'”’)\]]+$/u, '');
  const clause =
    plain
      .split(/[,;:—–]\s+|\s+(?:and|but)\s+/u)
      .at(-1)
      ?.replace(/^(?:and|but)\s+/u, '') ?? plain;
  // A clause of one or two words says little: then the end of the sentence does.
  const words = (clause.split(/\s+/u).length < 3 ? plain : clause).split(/\s+/u).filter((word) => word !== '');
  return words.length <= MOST_WORDS ? words.join(' ') : `…${words.slice(-MOST_WORDS).join(' ')}`;
}
