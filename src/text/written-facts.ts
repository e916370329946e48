/** What a text that a model wrote is like, apart from what it says: its length, how much it repeats itself, whether it refuses. */
import { isRefusal } from './refused-answer.ts';
import { repeatedShare } from './repetition.ts';

/** Facts of a written text. */
export interface WrittenFacts {
  readonly tokens: number;
  readonly words: number;
  /** Share of words that stood in it before, 0 to 1. */
  readonly repeated: number;
  readonly refuses: boolean;
}

/** The facts of the model's own words, without what it was given; `tokens`: how many tokens they are. */
export function writtenFacts(text: string, tokens: number): WrittenFacts {
  const words = text.split(/\s+/u).filter((word) => word !== '');
  return { tokens, words: words.length, repeated: repeatedShare(words), refuses: isRefusal(text) };
}
