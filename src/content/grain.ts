/** What one colour stands for, in words. */
import type { Grain } from '../reading/grain.ts';
import { DEFAULT_WINDOW } from '../stats/smoothing.ts';
import type { Stand } from '../reading/reading.ts';

/** The name of the raw views, and what they are worth. */
export const RAW = { name: 'Raw scores', says: 'the words themselves are in them' } as const;

/** What the page says of a grain. */
interface GrainWords {
  /** The choice of what a colour stands for. */
  readonly option: (window: number) => string;
  /** The label of one value. */
  readonly label: (window: number) => string;
  /** The same in the tip of a token, with the tokens behind it, e.g. `3 tokens`. */
  readonly tip: (window: number, behind: string) => string;
  /** What the ends of the colour scale are; `on` is the neutral text that it was measured on. */
  readonly scale: (on: string) => string;
  /** What each colour is; `place` is where readings stand. */
  readonly colour: (window: number, place: string) => string;
}

const singleScale = (on: string): string => `three standard deviations of single tokens ${on}`;
const meanScale = (on: string): string => `three standard deviations of means of ${DEFAULT_WINDOW} ${on}`;

const GRAIN_WORDS = {
  reading: {
    option: () => 'the reading',
    label: () => 'Reading',
    tip: () => '',
    scale: () => 'three standard deviations of the readings of the training turns',
    colour: (_, place) => `the model’s reading after each ${place}`,
  },
  mean: {
    option: (window) => `raw: running mean of ${window} tokens`,
    label: (window) => `Mean of ${window}`,
    tip: (window) => `mean of ${window}`,
    scale: meanScale,
    colour: (window) => `the mean over the last ${window} tokens`,
  },
  token: {
    option: () => 'raw: single tokens',
    label: () => 'This token',
    tip: () => 'raw',
    scale: singleScale,
    colour: () => 'the score of one token, mostly noise',
  },
  word: {
    option: () => 'raw: words',
    label: () => 'Its word',
    tip: (_, behind) => `mean of its word, ${behind}`,
    scale: (on) => `${singleScale(on)}; words were not measured, and a word is one token or a few`,
    colour: () => 'the mean over the tokens of one word with the marks that touch it',
  },
  sentence: {
    option: () => 'raw: sentences',
    label: () => 'Its sentence',
    tip: (_, behind) => `mean of its sentence, ${behind}`,
    scale: (on) =>
      `${meanScale(on)}; sentences were not measured, and one of fewer than ${DEFAULT_WINDOW} tokens may look stronger than it is`,
    colour: () => 'the mean over the tokens of one sentence',
  },
} satisfies Record<Grain, GrainWords>;

/** A grain among the choices, e.g. `raw: running mean of 10 tokens`. */
export function optionWords(grain: Grain, window: number): string {
  return GRAIN_WORDS[grain].option(window);
}

/** The label of one value, e.g. `Reading`, `Mean of 10`. */
export function valueLabel(grain: Grain, window: number): string {
  return GRAIN_WORDS[grain].label(window);
}

/** What the value in a tip is, with the tokens behind it, e.g. `mean of its word, 2 tokens`. */
export function tipWords(grain: Grain, window: number, behind: string): string {
  return GRAIN_WORDS[grain].tip(window, behind);
}

/** What the ends of the colour scale are, with the neutral tokens behind them (null: not known), e.g. `three standard deviations of …`. */
export function scaleWords(grain: Grain, neutralTokens: string | null): string {
  return GRAIN_WORDS[grain].scale(
    neutralTokens === null ? 'on neutral stories' : `on neutral stories (${neutralTokens} tokens)`,
  );
}

/** After what the readings of a text stand, e.g. `sentence`; null for none. */
export function placeOf(stands: readonly Stand[]): string | null {
  if (stands.length === 0) return null;
  return stands.includes('word') ? 'word' : stands.includes('clause') ? 'clause' : 'sentence';
}

/**
 * The caption under the text. `share` is what the words alone explain of single neutral tokens, in percent, or null;
 * `place`: see {@link placeOf}.
 */
export function captionWords(grain: Grain, window: number, share: number | null, place: string | null): string {
  const colour = GRAIN_WORDS[grain].colour(window, place ?? 'sentence');
  if (grain === 'reading')
    return `Colour: ${colour}. It is taken at the same neutral words each time, so only the text before it can change it.`;
  const explained = share === null ? '' : ` They alone explain ${share} % of single neutral tokens at this layer.`;
  return `Raw: each colour is ${colour}. The words themselves are in it, so it hardly tells who is kind and who is cruel.${explained}`;
}
