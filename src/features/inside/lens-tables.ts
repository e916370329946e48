/** The lens as tables: of one token for the eye, of the whole text for a file. */
import { wordName } from '../../content/lens.ts';
import type { Cell } from '../../base/csv.ts';
import type { LensReading } from '../../lens/lens.ts';
import { visibleToken } from '../../text/visible-text.ts';
import { cellOf, rowOf } from '../../lens/lens-cell.ts';

/** A table with its header. */
export interface LensTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Probabilities to six digits: what float32 has. */
const tidy = (value: number): number => Number(value.toPrecision(6));

function followed({ rows, words }: LensReading, row: number): (number | null)[] {
  const asked = words.length + 1;
  return Array.from({ length: asked }, (_, word) => {
    const rank = rows.ranks[row * asked + word] ?? 0;
    return rank === 0 ? [null, null] : [rank, tidy(Math.exp(rows.askedLogProbabilities[row * asked + word] ?? NaN))];
  }).flat();
}

const followedHeader = ({ words }: LensReading): string[] =>
  [...words.map(wordName), 'the word that comes'].flatMap((name) => [`rank of ${name}`, `probability of ${name}`]);

/** Every layer of one token, the last layer first: the likeliest word with its probability, entropy, and the words that are followed. */
export function tokenTable(lens: LensReading, token: number): LensTable {
  return {
    name: `lens-token-${token}`,
    header: ['layer', 'likeliest word', 'probability', 'entropy in nats', ...followedHeader(lens)],
    rows: lens.layers
      .map((layer, index) => {
        const { text, probability } = cellOf(lens, token, index);
        const row = rowOf(lens, token, index);
        return [
          layer,
          visibleToken(text),
          tidy(probability),
          tidy(lens.rows.entropy[row] ?? NaN),
          ...followed(lens, row),
        ];
      })
      .reverse(),
  };
}

/** Every token at every layer with all of its likeliest words. */
export function wholeTable(lens: LensReading): LensTable {
  const places = Array.from({ length: lens.top }, (_, place) => place);
  return {
    name: 'lens',
    header: [
      'token',
      'text',
      'layer',
      'entropy in nats',
      ...places.flatMap((place) => [`word ${place + 1}`, `probability ${place + 1}`]),
      ...followedHeader(lens),
    ],
    rows: lens.tokens.flatMap(({ text }, token) =>
      lens.layers.map((layer, index) => {
        const row = rowOf(lens, token, index);
        const words = places.flatMap((place) => [
          lens.texts.get(lens.rows.ids[row * lens.top + place] ?? -1) ?? '',
          tidy(Math.exp(lens.rows.logProbabilities[row * lens.top + place] ?? NaN)),
        ]);
        return [token, text, layer, tidy(lens.rows.entropy[row] ?? NaN), ...words, ...followed(lens, row)];
      }),
    ),
  };
}

/**
 * Curves of rank by layer at one token, as tenths of a power: 0 is rank 1, −4 rank 10,000. The first is that of the
 * word that comes, if one does.
 */
export function rankCurves(
  lens: LensReading,
  token: number,
  most: number,
): { readonly name: string; readonly values: number[] }[] {
  const asked = lens.words.length + 1;
  const curve = (name: string, word: number) => ({
    name,
    values: lens.layers.map((_, index) => {
      const rank = lens.rows.ranks[rowOf(lens, token, index) * asked + word] ?? 0;
      return rank === 0 ? NaN : -Math.log10(rank);
    }),
  });
  const comes = token + 1 < lens.tokens.length ? [curve('the word that comes', lens.words.length)] : [];
  return [...comes, ...lens.words.map((word, index) => curve(wordName(word), index))].slice(0, most);
}
