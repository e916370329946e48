/**
 * What one colour stands for: the reading that follows a stretch of text, or one of the raw views of the tokens' own
 * scores (a running mean, single tokens, words, sentences). The value of a word or a sentence is the mean over its tokens'
 * scores; tokens without a score (position 0, failed numbers) are left out.
 */
import type { LayerCalibration } from '../probe/probe-types.ts';
import { DECIDED_BY } from '../text/sentences.ts';
import { sentenceStarts } from '../text/token-walk.ts';

/** A grain: what one colour stands for. All but `reading` are raw: the words themselves are in them. */
export type Grain = 'reading' | 'mean' | 'token' | 'word' | 'sentence';

/** What the program knows about a grain. Its words on the page are in `content/grain.ts`. */
export interface GrainDef {
  /** What is drawn, as a short noun. */
  readonly noun: (window: number) => string;
  /** Whether the value of a token is its own score, without any other token's. */
  readonly single: boolean;
  /** The spread on neutral text that scales its colours; null for readings, whose unit is their own. */
  readonly spread: 'tokenSd' | 'smoothSd' | null;
  /** The 1 % lines that were measured for it; null where none were. */
  readonly lines: 'token' | 'smooth' | null;
  /** Tokens of the mean that ends with a token; null where the value is that of a unit or a reading. */
  readonly trailing: ((window: number) => number) | null;
  /** First tokens of its units, as {@link unitStarts}; null where it has none. */
  readonly starts: ((pieces: readonly string[], known: readonly number[]) => readonly number[]) | null;
}

/** Every grain, in the order in which they are offered. */
const GRAINS = {
  reading: { noun: () => 'reading', single: false, spread: null, lines: null, trailing: null, starts: null },
  mean: {
    noun: (window) => `mean of ${window}`,
    single: false,
    spread: 'smoothSd',
    lines: 'smooth',
    trailing: (window) => window,
    starts: null,
  },
  token: {
    noun: () => 'single tokens',
    single: true,
    spread: 'tokenSd',
    lines: 'token',
    trailing: () => 1,
    starts: null,
  },
  word: { noun: () => 'words', single: false, spread: 'tokenSd', lines: null, trailing: null, starts: wordStarts },
  sentence: {
    noun: () => 'sentences',
    single: false,
    spread: 'smoothSd',
    lines: null,
    trailing: null,
    starts: sentencesFrom,
  },
} satisfies Record<Grain, GrainDef>;

/** Grains that show the tokens' own scores. */
export type RawGrain = Exclude<Grain, 'reading'>;

/** The names of all grains. */
export const GRAIN_NAMES = Object.keys(GRAINS) as readonly Grain[];

/** The names of the raw ones. */
export const RAW_GRAINS = GRAIN_NAMES.filter((grain) => grain !== 'reading');

/** The entry of a grain in {@link GRAINS}. */
export function grainDef(grain: Grain): GrainDef {
  return GRAINS[grain];
}

/** Whether a text from outside names a grain. */
export function isGrain(value: unknown): value is Grain {
  return GRAIN_NAMES.some((grain) => grain === value);
}

/** What is drawn, as a short noun, e.g. `mean of 10`, `single tokens`. */
export function drawnThing(grain: Grain, window: number): string {
  return GRAINS[grain].noun(window);
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
  const { spread } = GRAINS[grain];
  return spread === null ? READING_DOMAIN : DOMAIN_SDS * row[spread];
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
  return grainDef(grain).starts?.(pieces, known) ?? [];
}

function sentencesFrom(pieces: readonly string[], known: readonly number[]): readonly number[] {
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
