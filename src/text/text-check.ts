/** What a text must be before a model reads it. */
import { AppError } from '../base/errors.ts';

/** Throws `text-empty` or `text-malformed`; everything else, control and bidi characters included, can be read. */
export function checkText(text: string): void {
  if (text.trim() === '') throw new AppError('text-empty', 'There is nothing to read yet.');
  const at = firstLoneSurrogate(text);
  if (at >= 0) {
    const code = text.charCodeAt(at).toString(16).toUpperCase();
    throw new AppError(
      'text-malformed',
      `Character ${at + 1} is half of a pair (U+${code}) and no text. Delete it and read again.`,
      { index: at, code: `U+${code}` },
    );
  }
}

/** Throws `text-too-long` when a text does not fit into the model's context. */
export function checkLength(tokens: number, contextTokens: number): void {
  if (tokens > contextTokens) {
    throw new AppError(
      'text-too-long',
      `The text has ${tokens} tokens, but this model takes ${contextTokens}. Shorten it by about ${Math.ceil((1 - contextTokens / tokens) * 100)} %.`,
      { tokens, contextTokens },
    );
  }
}

/** Index of the first UTF-16 half without its partner, or -1. */
function firstLoneSurrogate(text: string): number {
  return text.search(/\p{Surrogate}/u);
}
