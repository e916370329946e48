/** What one colour stands for, in words. */
import type { Grain } from '../core/grain.ts';
import { DEFAULT_WINDOW } from '../core/smoothing.ts';

/** The label of one value, e.g. `Mean of 10`, `Mean of its word`. */
export function valueLabel(grain: Grain, window: number): string {
  return { mean: `Mean of ${window}`, token: 'This token', word: 'Its word', sentence: 'Its sentence' }[grain];
}

/** What the ends of the colour scale are, with the neutral tokens behind them (0: not known), e.g. `the ends are 3 sd of …`. */
export function scaleWords(grain: Grain, neutralTokens: string | null): string {
  const on = neutralTokens === null ? 'on neutral stories' : `on neutral stories (${neutralTokens} tokens)`;
  const tokens = `three standard deviations of single tokens ${on}`;
  const means = `three standard deviations of means of ${DEFAULT_WINDOW} ${on}`;
  return {
    mean: means,
    token: tokens,
    word: `${tokens}; words were not measured, and a word is one token or a few`,
    sentence: `${means}; sentences were not measured, and one of fewer than ${DEFAULT_WINDOW} tokens may look stronger than it is`,
  }[grain];
}

/** The caption under the text; `share` is what the words alone explain of single neutral tokens, in percent, or null. */
export function captionWords(grain: Grain, window: number, share: number | null): string {
  const explained = share === null ? '' : ` (they alone explain ${share} % of single neutral tokens at this layer)`;
  const believe = 'The lozenges after the sentences are read at the same neutral words every time: believe how those change within the text.';
  return {
    mean: `Each colour is the mean over the last ${window} tokens, and the words themselves are in it${explained}; single tokens would be mostly noise. ${believe}`,
    token: 'Raw scores of single tokens: mostly noise, and partly the words themselves. Trust how the lozenges change.',
    word: `Each colour is the mean over the tokens of one word with the marks that touch it: nearly as noisy as single tokens, and partly the word itself${explained}. Trust how the lozenges change.`,
    sentence: `Each colour is the mean over the tokens of one sentence, and the words themselves are in it${explained}. A sentence that is still being written changes its colour. ${believe}`,
  }[grain];
}
