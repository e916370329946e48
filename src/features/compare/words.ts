/**
 * What may be said of two runs side by side. The first is called A, the second B; a difference is B less A. Apart from
 * the other words of the page, because few visits need it.
 */
import type { Alignment } from '../../text/align.ts';
import type { ByPole, Head } from '../../probe/heads.ts';
import type { Axis } from '../../probe/probe-types.ts';
import type { ReadWith, RunObstacle, SharedDifference } from '../../reading/run-difference.ts';
import type { StripCell } from '../../reading/strip-cell.ts';
import { tokenName } from '../../content/aria.ts';
import { count, plainNumber, plural, signed, spoken } from '../../content/numbers.ts';

/** The place itself. */
export const COMPARE_WORDS = {
  lead: 'Two readings, token by token. A difference is B less A.',
  point: 'Point at a word: it is marked in both texts. Or press Tab and use the arrow keys.',
  underlined: 'Underlined: not in the other run.',
} as const;

/** How much two runs of `a` and `b` tokens have in common. */
export function sharedSentence({ shared, parting, alike, complete }: Alignment, a: number, b: number): string {
  if (parting === null) return `Both runs have the same ${plural(a, 'token')}.`;
  const of = a === b ? count(a) : `${count(a)} and ${count(b)}`;
  const rest = complete
    ? ''
    : ' The texts are too long and too different to be searched to the end, so more may be shared.';
  if (!alike)
    return `${shared === 0 ? 'None' : count(shared)} of ${of} tokens ${shared === 1 ? 'is' : 'are'} shared beyond what any two texts share by chance. Different texts: nothing is subtracted, and each is drawn over its own sentences.${rest}`;
  const opening =
    parting === 0
      ? 'They differ from the first token on.'
      : parting === 1
        ? 'The first is the same.'
        : `The first ${count(parting)} are the same.`;
  return `${count(shared)} of ${of} tokens are shared. ${opening}${rest}`;
}

/** What a difference above and below zero means: by one pole alone it is more or less of that pole, never the opposite one. */
export function leansOf(head: Head, axis: Axis): ByPole<{ readonly said: string; readonly short: string }> {
  const towards = (pole: 'positive' | 'negative') => ({
    said: `further towards ${axis[pole]}`,
    short: `more ${axis[pole]}`,
  });
  const away = (pole: 'positive' | 'negative') => ({
    said: `less far towards ${axis[pole]}`,
    short: `less ${axis[pole]}`,
  });
  return {
    positive: head === 'negative' ? away('negative') : towards('positive'),
    negative: head === 'positive' ? away('positive') : towards('negative'),
  };
}

/** The mean difference over shared tokens in plain words: what it means, then how much, then how sure. */
export function differenceSentence({ mean, opening }: SharedDifference, axis: Axis, head: Head): string {
  const { n, interval, block } = mean;
  if (n === 0) return 'No shared token has a score in both runs.';
  const where = opening > 0 ? `at the ${plural(n, 'shared token')} after they part` : `at ${plural(n, 'shared token')}`;
  const before = opening > 0 ? ` The ${plural(opening, 'token')} before read alike in both and are not counted.` : '';
  if (interval !== null && mean.mean === 0 && interval.low === 0 && interval.high === 0)
    return `A and B read exactly alike ${where}: the mean difference is 0.${before}`;
  const size = Math.abs(mean.mean);
  const lean =
    size < 0.005
      ? `B reads as A does, on average ${where}`
      : `B reads ${leansOf(head, axis)[mean.mean > 0 ? 'positive' : 'negative'].said} than A: on average ${size.toFixed(2)} standard deviations ${where}`;
  if (interval === null) return `${lean}. That is too few tokens for an interval, so it may be chance.${before}`;
  const verdict = interval.low > 0 || interval.high < 0 ? '' : ' The interval holds zero: this may be chance.';
  return `${lean} (difference ${signed(mean.mean)}, 95 % interval ${plainNumber(interval.low, 2)} to ${plainNumber(interval.high, 2)}, blocks of ${plural(block, 'token')}).${verdict}${before}`;
}

/** Which of two runs the model did not read by itself, each steering in words; null where neither was steered. */
export function interventionsSentence(a: string | null, b: string | null): string | null {
  if (a === null && b === null) return null;
  const said =
    a === null
      ? `A is the model by itself, B was ${b}.`
      : b === null
        ? `A was ${a}, B is the model by itself.`
        : a === b
          ? `Both were ${a}.`
          : `A was ${a}. B was ${b}.`;
  return `${said} From the steered layer on, scores hold what was done to the stream as well as what the text did.`;
}

/** What two runs on two variants of one model differ by beside their texts; null for runs of the same weights. */
export function variantsSentence(a: ReadWith, b: ReadWith): string | null {
  return a.weightsSha256 === b.weightsSha256
    ? null
    : `A was read on ${a.model}, B on ${b.model}, both with the probe ${a.probe}: two variants of one model. The difference holds what the variants change as well as what the texts do.`;
}

/** Why two runs are not subtracted, with what each was read with. */
export function obstacleSentence(kind: RunObstacle, a: ReadWith, b: ReadWith): string {
  const short = (hash: string): string => hash.slice(0, 8);
  if (kind === 'model')
    return `A is a reading of the model ${a.model} (weights ${short(a.weightsSha256)}), B of ${b.model} (${short(b.weightsSha256)}). Scores of two models have no common scale, so they are shown side by side and not subtracted.`;
  if (kind === 'variants')
    return `A was read on ${a.model} with the probe ${a.probe} (${short(a.probeSha256)}), B on ${b.model} with ${b.probe} (${short(b.probeSha256)}): two variants of one model, and a probe of each. Scores of two probes have no common scale, so they are shown side by side and not subtracted. Read one of the texts again with the probe of the other: it is carried over with its measured cosine, and then they can be.`;
  const versions = a.probe === b.probe ? 'These are two versions of one probe. ' : '';
  return `A was read with the probe ${a.probe} (${short(a.probeSha256)}), B with ${b.probe} (${short(b.probeSha256)}). ${versions}Scores of two probes have no common scale, so they are shown side by side and not subtracted.`;
}

/** Name of one token of a run beside another, with the difference where there is one. */
export function comparedName(
  cell: StripCell,
  tokens: number,
  layer: number,
  reading: string,
  column: { readonly same: boolean; readonly difference: number },
): string {
  const beside = column.same
    ? Number.isFinite(column.difference)
      ? `, difference ${spoken(column.difference)}`
      : ''
    : ', not in the other run';
  return `${tokenName(cell, tokens, layer, reading)}${beside}`;
}

/** Names that are spoken, not shown. */
export const COMPARE_ARIA = {
  chart: 'Both runs at the chosen layer',
  divergence: 'KL of the next words by column',
  divergenceProgress: 'Shared tokens that are compared',
  strip: (letter: string): string => `Text of ${letter}, coloured by score`,
} as const;

/** "How is this computed?" One paragraph an item. */
export const COMPARE_EXPLAINED: readonly string[] = [
  'The tokens of both runs are put in columns by the longest order that they share (Myers, 1986). Any two English texts share about a fifth of their tokens by chance, such as “the” and commas: a shared stretch that is no longer than what differs on both sides of it counts as different. Where both differ, the tokens stand side by side only to save room.',
  'The difference is B less A at columns with the same token, so that the word itself weighs on both alike. The curve is the difference of what the two texts show, such as their running means. The mean is taken over single tokens, and leaves out a shared opening that reads alike: a model that reads the same words gives the same numbers.',
  'The band is the 95 % interval of that mean. Neighbouring tokens resemble each other, so blocks of neighbours are drawn instead of single tokens, 2,000 times (moving-block bootstrap, Künsch 1989; block length after Politis and White 2004), and widened for few blocks. In simulated series it held the true mean 88 to 96 times in 100, least often where neighbours resemble each other most. It tells how far other tokens of these two texts would move the mean, not how other texts would read.',
  'Readings are paired where they stand after the same sentence end. Nothing is subtracted across probes or models: their scores have no common scale. One probe that was carried over to another variant of its model keeps its scale, with the cosine that stands beside.',
];
