/**
 * Masks the telling words of a prompt set: those that {@link separatingWords} ranks highest. Each becomes one and the same
 * word. It is not dropped, because a text that gets shorter changes what is read by its length as well.
 *
 * Words masked in a topic are found in the other topics: words found in the very turns that are judged would tell by luck.
 */
import { createRng } from '../../base/rng.ts';
import { changeWords, wordsOf } from '../../text/words.ts';
import { separatingWords } from './separating-words.ts';
import type { SetRow } from './set-rows.ts';

/** What stands in the place of a masked word: common, short and of neither pole. */
export const MASK_WORD = 'something';

/** A word that was masked somewhere. */
export interface MaskedWord {
  readonly word: string;
  /** How often it was masked in turns of each pole. */
  readonly positive: number;
  readonly negative: number;
  /** In how many topics it was masked. */
  readonly topics: number;
}

/** Rows in their order, with what was masked in them. */
export interface MaskedRows<R extends SetRow> {
  readonly rows: readonly R[];
  /** By row: places of the masked words among the row's words, from 0. */
  readonly places: readonly (readonly number[])[];
  /** Most often masked first. */
  readonly words: readonly MaskedWord[];
}

/** Masks in each topic the `most` words that tell the poles of the other topics apart best; with one topic, none. */
export function maskTelling<R extends SetRow>(rows: readonly R[], most: number): MaskedRows<R> {
  const telling = tellingWithout(rows, most);
  const places = rows.map((row) => placesOf(row, telling.get(row.topic)));
  return { rows: rows.map((row, i) => masked(row, places[i] ?? [])), places, words: countWords(rows, places) };
}

/**
 * For each topic all rows, with the words masked that are found without it. A baseline that is fitted to the other topics
 * needs these: the words masked there by {@link maskTelling} depend on the poles of the topic that is left out.
 */
export function maskedWithout<R extends SetRow>(rows: readonly R[], most: number): ReadonlyMap<string, R[]> {
  return new Map(
    [...tellingWithout(rows, most)].map(([topic, words]) => [
      topic,
      rows.map((row) => masked(row, placesOf(row, words))),
    ]),
  );
}

/** By topic: the words that tell the poles of the others apart. */
function tellingWithout(rows: readonly SetRow[], most: number): Map<string, ReadonlySet<string>> {
  return new Map(
    [...new Set(rows.map((row) => row.topic))].map((topic) => {
      const others = rows.filter((row) => row.topic !== topic);
      return [topic, new Set(separatingWords(others, most).map(({ word }) => word))];
    }),
  );
}

function placesOf(row: SetRow, words: ReadonlySet<string> | undefined): number[] {
  return wordsOf(row.text).flatMap((word, at) => (words?.has(word) === true ? [at] : []));
}

/**
 * The control: in each row as many words as `telling` masked, drawn from the row's other words by `seed`; all of them where
 * there are fewer.
 */
export function maskOthers<R extends SetRow>(
  rows: readonly R[],
  telling: readonly (readonly number[])[],
  seed: number,
): Omit<MaskedRows<R>, 'words'> {
  const rng = createRng(seed);
  const places = rows.map((row, i) => {
    const taken = telling[i] ?? [];
    const others = wordsOf(row.text).flatMap((_, at) => (taken.includes(at) ? [] : [at]));
    return rng.shuffle(others).slice(0, taken.length);
  });
  return { rows: rows.map((row, i) => masked(row, places[i] ?? [])), places };
}

function masked<R extends SetRow>(row: R, places: readonly number[]): R {
  return { ...row, text: changeWords(row.text, (_, at) => (places.includes(at) ? MASK_WORD : null)) };
}

function countWords(rows: readonly SetRow[], places: readonly (readonly number[])[]): MaskedWord[] {
  const found = new Map<string, { positive: number; negative: number; topics: Set<string> }>();
  rows.forEach((row, i) => {
    const words = wordsOf(row.text);
    for (const at of places[i] ?? []) {
      const word = words[at] ?? '';
      const count = found.get(word) ?? { positive: 0, negative: 0, topics: new Set<string>() };
      if (row.pole !== 'neutral') count[row.pole] += 1;
      count.topics.add(row.topic);
      found.set(word, count);
    }
  });
  return [...found]
    .map(([word, { positive, negative, topics }]) => ({ word, positive, negative, topics: topics.size }))
    .sort((a, b) => b.positive + b.negative - a.positive - a.negative || (a.word < b.word ? -1 : 1));
}
