/** A text as the tokens that a model reads it by. */
import { AppError } from '../../base/errors.ts';
import { checkText } from '../../text/text-check.ts';
import type { TextTokenizer } from './tokenizer.ts';

/**
 * Ids of a whole text, its start token first where the model has one. Throws text errors, `text-empty` where the
 * vocabulary has a token for none of it.
 */
export function wholeText(tokenizer: TextTokenizer, text: string): readonly number[] {
  checkText(text);
  const ids = tokenizer.start(text);
  const own = tokenizer.startToken === null ? ids.length : ids.length - 1;
  if (own === 0)
    throw new AppError(
      'text-empty',
      `“${text.slice(0, 40)}” is a text without tokens: the vocabulary of this model has none for any of its characters. Write it in letters that the model knows, or read it with another model.`,
    );
  return ids;
}

/**
 * Ids of a text that is given in words, or by its tokens: written words need not be the tokens that their text would be
 * cut into. Throws text errors, and `usage` for a token that is not in the vocabulary.
 */
export function givenTokens(
  text: string | readonly number[],
  tokenizer: TextTokenizer,
  vocabulary: number,
): readonly number[] {
  if (typeof text === 'string') return wholeText(tokenizer, text);
  if (text.length === 0) throw new AppError('text-empty', 'There is no text yet. Read or write one first.');
  const wrong = text.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
  if (wrong !== undefined)
    throw new AppError(
      'usage',
      `Token ${wrong} is not in the vocabulary of this model, which has ${vocabulary}. The text belongs to another model: read it again with this one.`,
      { token: wrong, vocabulary },
    );
  return text;
}
