/** The words of the place Look inside. What they say of the model is filled in from the one in use. */
import type { LensReading } from '../../lens/lens.ts';
import { sureFrom } from '../../lens/sure-from.ts';
import { count, plural } from '../../content/numbers.ts';
import { wordName } from '../../content/lens.ts';
import { cellOf } from '../../lens/lens-cell.ts';
import { visibleToken } from '../../text/visible-text.ts';

/** What stands on the page before anything is pressed. */
export const INSIDE = {
  lead: 'Between its layers the model changes its mind about the next word. Here you see what each layer would say.',
  recorded: 'A recorded example',
  grid: 'The likeliest next word at every layer',
  key: 'Columns are words of the text; rows are layers, the last on top. Gold: the final word is first choice from here up.',
  all: (layers: number): string => `Show all ${plural(layers, 'layer')}`,
  upper: 'Show the upper layers',
  look: 'Look through every layer',
  field: 'Words to follow, a comma between them',
} as const;

/** Where the first choice at one token settles: `After “was” it settles on “a” at layer 22 of 30.` */
export function sureWords(lens: LensReading, token: number): string {
  const from = sureFrom(lens, token);
  const last = lens.layers.length - 1;
  const plain = (text: string): string => `“${visibleToken(text.trim() === '' ? text : text.trim())}”`;
  const after = `After ${plain(lens.tokens[token]?.text ?? '')}`;
  const final = plain(cellOf(lens, token, last).text);
  if (from === last) return `${after} only the last layer chooses ${final}.`;
  return `${after} it settles on ${final} at layer ${lens.layers[from] ?? 0} of ${lens.layers[last] ?? 0}.`;
}

/**
 * Where the followed words end: `“kind” ends at rank 2 of all words, “cruel” at 28.` A word of several tokens is named as the
 * token that is followed. Empty where none is followed.
 */
export function rankWords({ layers, words, rows }: LensReading, token: number): string {
  const row = token * layers.length + layers.length - 1;
  const at = words.map((followed, word) => ({
    name: followed.firstOfSeveral ? wordName(followed) : `“${followed.asked}”`,
    rank: rows.ranks[row * (words.length + 1) + word] ?? 0,
  }));
  const [first, ...others] = at;
  if (first === undefined) return '';
  const more = others.slice(0, 3).map(({ name, rank }) => `, ${name} at ${count(rank)}`);
  return `${first.name} ends at rank ${count(first.rank)} of all words${more.join('')}.`;
}

/** "How is this computed?" beside the grid, of a model with these sizes. */
export function gridExplained({
  hidden,
  layerCount,
}: {
  readonly hidden: number;
  readonly layerCount: number;
}): readonly string[] {
  return [
    `At each of its ${plural(layerCount, 'layer')} the model holds ${count(hidden)} numbers for every token: the residual stream. A norm and the output head turn the last layer’s into a chance for each word. The logit lens (nostalgebraist 2020) does the same with any layer, as if those in between were not there.`,
    'Shade, weight and line of a cell: how likely the word is. The last layer is what the model itself says; the page checks that. Entropy is in nats: 0 is certainty.',
    'Early layers were not made for this dictionary, so their words are unreliable (Belrose et al. 2023, arXiv 2303.08112, show the bias). A word that the lens shows is no proof that the model uses it.',
  ];
}

/** "How is this computed?" beside the ranks. */
export const RANKS_EXPLAINED: readonly string[] = [
  'A rank is a word’s place among all words of the vocabulary: 1 is the likeliest. The axis is logarithmic. It is one place of one text, not an average.',
  'Words are single tokens, looked up with the space before them, then without. A word of several tokens can be followed by its first.',
];

/** "How is this computed?" beside a direction. */
export const DIRECTION_EXPLAINED: readonly string[] = [
  'A direction becomes words by the same two steps. The unit is what a step as long as the stream adds to a word’s logit, above the mean of all words.',
  'The chance range comes from random directions of the training data’s own covariance: the furthest that each moves any word. Every direction moves some words far. Whether the words belong together you must judge yourself.',
  'What a probe reads by tells the poles apart at neutral words; its words may mean nothing. What it steers by is the difference of the poles’ mean states.',
];
