/**
 * What one colour stands for: the reading that follows a stretch of text, or one of the raw views of the tokens' own
 * scores (a running mean, single tokens, words, sentences). The value of a word or a sentence is the mean over its tokens'
 * scores; tokens without a score (position 0, failed numbers) are left out.
 */
import type { LayerCalibration } from './probe-types.ts';
import { DECIDED_BY } from './sentences.ts';
import { sentenceStarts } from './token-walk.ts';

/** The choices, in the order in which they are offered. All but the first are raw: the words themselves are in them. */
export const GRAINS = ['reading', 'mean', 'token', 'word', 'sentence'] as const;

/** One of {@link GRAINS}. */
export type Grain = (typeof GRAINS)[number];

/** Grains that show the tokens' own scores. */
export const RAW_GRAINS = ['mean', 'token', 'word', 'sentence'] as const satisfies readonly Grain[];

/** One of {@link RAW_GRAINS}. */
export type RawGrain = (typeof RAW_GRAINS)[number];

/** Whether a text from outside names a grain. */
export function isGrain(value: unknown): value is Grain {
  return GRAINS.some((grain) => grain === value);
}

/** What is drawn, as a short noun, e.g. `mean of 10`, `single tokens`. */
export function drawnThing(grain: Grain, window: number): string {
  return {
    reading: 'reading',
    mean: `mean of ${window}`,
    token: 'single tokens',
    word: 'words',
    sentence: 'sentences',
  }[grain];
}

/** Readings are drawn on ±3 at every layer and in every text: their unit is their own standard deviation. */
export const READING_DOMAIN = 3;

/** Standard deviations of the same quantity on neutral text that the colour scale spans to each side. */
export const DOMAIN_SDS = 3;

/**
 * The value at the end of the colour scale: {@link READING_DOMAIN} for readings, else {@link DOMAIN_SDS} times a spread
 * that was measured on neutral text. Spreads
 * were measured for single tokens and for the running mean only, and the spread of a mean falls with every token in it.
 * So a word, which is one token or a few, takes the spread of single tokens, and a sentence that of the running mean of
 * ten: both are at least as wide as the word's or a sentence of ten tokens' own, and no colour says more than it should.
 * Sentences shorter than ten tokens may look stronger than they are.
 */
export function domainOf(grain: Grain, row: LayerCalibration): number {
  if (grain === 'reading') return READING_DOMAIN;
  return DOMAIN_SDS * (grain === 'token' || grain === 'word' ? row.tokenSd : row.smoothSd);
}

/**
 * The first token of every word. A word begins with a token that begins with white space, and runs to the next such
 * token: so marks belong to the word that they touch (“He, can’t, end.”), and words joined by a dash without spaces
 * are one. White space alone is no word: it belongs to the word after it, and at the end of a text stands alone.
 * `known` are the starts of a shorter beginning of the same text: only its last word is looked at again.
 */
export function wordStarts(pieces: readonly string[], known: readonly number[] = []): number[] {
  const starts = known.slice(0, -1);
  const resume = known.at(-1) ?? 0;
  let blank = false;
  for (let index = resume; index < pieces.length; index += 1) {
    const piece = pieces[index] ?? '';
    if (index === resume || (!blank && /^\s/u.test(piece))) {
      starts.push(index);
      blank = true;
    }
    blank &&= piece.trim() === '';
  }
  return starts;
}

/** The first token of every unit of a grain; none for means and single tokens, which have no units. `known` as above. */
export function unitStarts(grain: Grain, pieces: readonly string[], known: readonly number[] = []): readonly number[] {
  if (grain === 'word') return wordStarts(pieces, known);
  if (grain !== 'sentence') return [];
  // A start near the end of the shorter text was decided without all that decides. From the last sure one on, again.
  const last = known.at(-1) ?? 0;
  let sure = Math.max(0, known.length - 1);
  while (sure > 0 && pieces.slice(known[sure], last).join('').length < DECIDED_BY) sure -= 1;
  const from = known[sure] ?? 0;
  return [...known.slice(0, sure), ...sentenceStarts(pieces.slice(from)).map((start) => start + from)];
}

/**
 * The first token whose unit differs between two states of one growing text; Infinity where there are no units, because
 * then no token ever changes.
 */
export function firstChanged(before: readonly number[], after: readonly number[]): number {
  if (after.length === 0) return before.length === 0 ? Number.POSITIVE_INFINITY : 0;
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  return after[same - 1] ?? 0;
}

/** The unit that holds a token, as first token and the token after its last; the token alone where there are no units. */
export function unitAround(
  starts: readonly number[],
  token: number,
  tokens: number,
): { readonly from: number; readonly to: number } {
  if (starts.length === 0) return { from: token, to: token + 1 };
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= token) low = middle;
    else high = middle - 1;
  }
  return { from: starts[low] ?? 0, to: starts[low + 1] ?? tokens };
}
