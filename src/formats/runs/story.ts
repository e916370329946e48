/** The short stories that the page offers: sentences with a label of what the protagonist does in each. */
import { AppError } from '../../base/errors.ts';
import { field, integer, jsonRoot, list, words } from '../../json/json-path.ts';
import { flag } from '../../json/json-values.ts';

/** One story. The label is the reader's view at that moment, by construction of the story. */
export interface LabelledStory {
  readonly id: string;
  readonly title: string;
  readonly blurb: string;
  /** Where the story stands in the page's list, from 0. */
  readonly order: number;
  /** Whether it contains cruelty that a reader should be told of before reading it. */
  readonly dark: boolean;
  readonly sentences: readonly { readonly text: string; readonly label: string }[];
}

/** Reads a story file; throws `recording-invalid` with the path of what is wrong. */
export function parseStory(source: string, name: string): LabelledStory {
  const root = jsonRoot(source, name, (message) => {
    throw new AppError('recording-invalid', `${message} Correct the story and try again.`, { file: name });
  });
  return {
    id: words(field(root, 'id'), 80),
    title: words(field(root, 'title'), 80),
    blurb: words(field(root, 'blurb'), 200),
    order: integer(field(root, 'order'), 0, 1000),
    dark: flag(field(root, 'dark')),
    sentences: list(field(root, 'sentences'), 1, 200).map((sentence) => ({
      text: words(field(sentence, 'text'), 2000),
      label: words(field(sentence, 'label'), 80),
    })),
  };
}
