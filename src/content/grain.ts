/** What one colour stands for, in words. */
import type { Grain } from '../core/grain.ts';
import { DEFAULT_WINDOW } from '../core/smoothing.ts';
import type { Stand } from '../core/reading.ts';

/** The label of one value, e.g. `Reading`, `Mean of 10`. */
export function valueLabel(grain: Grain, window: number): string {
  return {
    reading: 'Reading',
    mean: `Mean of ${window}`,
    token: 'This token',
    word: 'Its word',
    sentence: 'Its sentence',
  }[grain];
}

/** The name of the raw views, and what they are worth. */
export const RAW = { name: 'Raw scores', says: 'the words themselves are in them' } as const;

/** What the ends of the colour scale are, with the neutral tokens behind them (0: not known), e.g. `three standard deviations of …`. */
export function scaleWords(grain: Grain, neutralTokens: string | null): string {
  const on = neutralTokens === null ? 'on neutral stories' : `on neutral stories (${neutralTokens} tokens)`;
  const tokens = `three standard deviations of single tokens ${on}`;
  const means = `three standard deviations of means of ${DEFAULT_WINDOW} ${on}`;
  return {
    reading: 'three standard deviations of the readings of the training turns',
    mean: means,
    token: tokens,
    word: `${tokens}; words were not measured, and a word is one token or a few`,
    sentence: `${means}; sentences were not measured, and one of fewer than ${DEFAULT_WINDOW} tokens may look stronger than it is`,
  }[grain];
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
  const explained = share === null ? '' : ` They alone explain ${share} % of single neutral tokens at this layer.`;
  const raw = (what: string): string =>
    `Raw: each colour is ${what}. The words themselves are in it, so it hardly tells who is kind and who is cruel.${explained}`;
  return {
    reading: `Colour: the model’s reading after each ${place ?? 'sentence'}. It is taken at the same neutral words each time, so only the text before it can change it.`,
    mean: raw(`the mean over the last ${window} tokens`),
    token: raw('the score of one token, mostly noise'),
    word: raw('the mean over the tokens of one word with the marks that touch it'),
    sentence: raw('the mean over the tokens of one sentence'),
  }[grain];
}
