/**
 * Words as the lens follows them: single tokens. Inside a text a word comes with the space before it, so that is what
 * is looked up first.
 */
import { AppError } from '../../base/errors.ts';
import { MOST_WORDS, type FoundWords, type LensWord, type SplitWord } from '../../lens/lens.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';

/**
 * Looks words up, each with a space before it and then without; spaces around it and words asked for twice do not count. With
 * `firstToken` a word that is several tokens is followed by its first. Throws `usage` beyond {@link MOST_WORDS}.
 */
export function findWords(tokenizer: TextTokenizer, asked: readonly string[], firstToken: boolean): FoundWords {
  const words = [...new Set(asked.map((word) => word.trim()).filter((word) => word !== ''))];
  if (words.length > MOST_WORDS)
    throw new AppError('usage', `At most ${MOST_WORDS} words can be followed at a time, got ${words.length}.`, {
      words: words.length,
    });
  const found: LensWord[] = [];
  const split: SplitWord[] = [];
  for (const word of words) {
    const [spaced, bare] = [tokenizer.encode(` ${word}`), tokenizer.encode(word)];
    const whole = [spaced, bare].find((ids) => ids.length === 1) ?? (firstToken ? spaced : []);
    const [id] = whole;
    if (id !== undefined) found.push({ asked: word, id, text: tokenizer.textOf(id), firstOfSeveral: whole.length > 1 });
    else split.push({ asked: word, pieces: spaced.map((piece) => tokenizer.textOf(piece)) });
  }
  return { found, split };
}
