/** The words of the place Look inside, and how its numbers are written. */
import type { DirectionKind, LensWord } from '../lens/lens.ts';
import { endsOf, headName, type ByPole, type Head } from '../probe/heads.ts';
import type { Axis } from '../probe/probe-types.ts';
import { visibleToken } from '../text/visible-text.ts';
import { count, plainNumber } from './numbers.ts';

/** "How is this computed?" */
export const LENS_EXPLAIN = {
  grid: [
    'At every token and layer the model holds 576 numbers, its residual stream. The last layer’s are turned into a chance for each of 49,152 words by two steps: a norm, and the output head. The logit lens (nostalgebraist 2020, “interpreting GPT: the logit lens”) takes the stream of any layer and does the same two steps at once, as if the layers in between were not there.',
    'Every cell is such a reading: the likeliest next word, with its probability as the shade, the weight of the letters and the length of the line below. At the last layer it is what the model itself says; the page checks that at the end of every pass. Entropy is that of all words together, in nats: 0 is certainty, 10.8 is all words alike.',
    'What it cannot say: the lens reads unfinished states by the dictionary of the last layer, which they were not made for. In early layers its words are unreliable, and a word that is missing there may be held in another form. Belrose et al. 2023 (“Eliciting Latent Predictions from Transformers with the Tuned Lens”, arXiv 2303.08112) show this bias, and remove some of it with a trained translation for each layer, which this page does not have. A word that the lens shows is no proof that the model uses it.',
  ],
  ranks: [
    'A word’s rank is its place among all words of the vocabulary at that token and layer: 1 is the likeliest, and a word drawn blindly from 49,152 has a rank of 24,576 on average. The axis is logarithmic. Nothing here is an average over tokens: it is one place of one text.',
    'Words are single tokens. A word is looked up with the space before it, as it stands inside a text, and then without. A word that is several tokens has no rank of its own; its first token has, but that token begins other words too.',
  ],
  direction: [
    'The same two steps turn a direction into words: each word’s row of the output head, times the norm’s weights, times the direction. With the norm’s divisor held still this is exact and the same at every token. The unit is what a step as long as the stream itself would add to the word’s logit, above the mean of all words; a tenth of that step adds a tenth.',
    'The range of chance comes from 200 random directions of the training data’s own covariance at this layer: the furthest that each moves any of 49,152 words, 95th percentile up and 5th down. Every direction moves some words far, because the furthest of so many is far. What may tell something is whether the words belong together, and that you must judge yourself; a direction may also work in ways that no word shows.',
    'What a probe reads by is chosen to tell the poles apart at neutral words, not to make words likelier, so its words may well mean nothing. What it pushes by is the difference of the poles’ mean states over the behaviour itself.',
  ],
} as const satisfies Record<string, readonly string[]>;

/** What is said once, above the grid. */
export const LENS_LEAD =
  'Between the first layer and the last the model changes its mind about the next word. The logit lens reads it half way: at every token and layer, the words that would come if the model stopped there.';

/** A probability for narrow places: `41 %`, `0.3 %`, `< 0.1 %`. */
export function percent(probability: number): string {
  if (!Number.isFinite(probability)) return '–';
  const share = probability * 100;
  if (share < 0.1) return '< 0.1 %';
  return `${share < 9.95 ? share.toFixed(1) : Math.round(share)} %`;
}

/** A probability where there is room, to three digits: `41.2 %`, `3.4e−9 %`. */
export function percentExactly(probability: number): string {
  if (!Number.isFinite(probability)) return '–';
  const share = probability * 100;
  return `${share >= 0.01 || share === 0 ? Number(share.toPrecision(3)) : share.toExponential(1).replace('-', '−')} %`;
}

/** Entropy with what it amounts to: `2.31 nats, as unsure as among 10 equal words`. */
export function entropyWords(nats: number): string {
  const words = Math.exp(nats);
  return `${plainNumber(nats, 2)} nats, as unsure as among ${words < 9.95 ? words.toFixed(1) : count(Math.round(words))} equal words`;
}

/** A word of the vocabulary in quotation marks, its space as a glyph. */
export function quoted(text: string): string {
  return `“${visibleToken(text)}”`;
}

/** A followed word as a curve or a column is called. */
export function wordName({ text, firstOfSeveral, asked }: LensWord): string {
  return firstOfSeveral ? `${quoted(text)} of ${asked}` : quoted(text);
}

/** What each direction is called. */
export function directionName(kind: DirectionKind, axis: Axis): string {
  switch (kind) {
    case 'reading':
      return 'what it reads by';
    case 'steering':
      return 'what it pushes by';
    case 'positive':
    case 'negative':
      return headName(kind, axis);
  }
}

/** The way of reading whose ends a direction has. */
export function headOf(kind: DirectionKind): Head {
  return kind === 'positive' || kind === 'negative' ? kind : 'difference';
}

/** What lies at each end of a direction: promoted words go with the first. */
export function directionEnds(kind: DirectionKind, axis: Axis): ByPole<string> {
  return endsOf(headOf(kind), axis);
}

/** How the furthest words compare with chance, as a sentence. */
export function chanceWords(
  up: number,
  down: number,
  chance: { readonly count: number; readonly up: number; readonly down: number },
): string {
  const beyond = [up > chance.up ? 'up' : '', down < chance.down ? 'down' : ''].filter((end) => end !== '');
  const says =
    beyond.length === 0
      ? 'no further than they do'
      : beyond.length === 2
        ? 'further both ways than 95 in 100 of them'
        : `further ${beyond[0] ?? ''} than 95 in 100 of them`;
  return `Of ${chance.count} random directions of the same spread, 95 in 100 move no word further up than +${plainNumber(chance.up, 1)} and none further down than ${plainNumber(chance.down, 1)}. This one moves its words up to +${plainNumber(up, 1)} and down to ${plainNumber(down, 1)}: ${says}.`;
}
