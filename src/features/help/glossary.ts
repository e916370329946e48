/** The words that the page uses, each explained once: eight in view, the technical ones behind a press. */
import type { Axis, ModelIdentity } from '../../probe/probe-types.ts';

/** A word and its meaning. */
export interface GlossaryEntry {
  readonly word: string;
  readonly meaning: string;
}

/** What the meanings say of the model and the probe in use; null where there is none yet. */
export interface WordFacts {
  readonly model: Pick<ModelIdentity, 'layerCount' | 'hidden'> | null;
  readonly axis: Axis | null;
}

/** The eight words of the page, in the order in which a reader meets them. */
export function glossary({ model, axis }: WordFacts): readonly GlossaryEntry[] {
  const [up, down] = axis === null ? ['the one pole', 'the other'] : [axis.positive, axis.negative];
  const last = model === null ? 'The last layer' : `Layer ${model.layerCount}`;
  return [
    { word: 'Reading', meaning: 'What a probe finds after a stretch of text, always at the same neutral words.' },
    {
      word: 'Score',
      meaning: `A reading as a number: above 0 towards ${up}, below 0 towards ${down}, 0 for neutral text.`,
    },
    {
      word: 'Layer',
      meaning: `One step of the model. Layer 0 is the word alone. ${last} is what leaves the last step.`,
    },
    {
      word: 'Probe',
      meaning: `A direction in the ${model === null ? '' : `${model.hidden} `}numbers of the model’s inner state, found from example pairs.`,
    },
    { word: 'Steer', meaning: 'To move the inner state along a probe while the model writes.' },
    {
      word: 'Chance range',
      meaning: 'What random directions read at the same place. One reading in ten lies outside by chance.',
    },
    {
      word: 'Example pair',
      meaning: `Two short texts, ${axis === null ? 'one for each pole' : `one ${up} and one ${down}`}, alike in all else.`,
    },
    { word: 'Run', meaning: 'A text with its readings, as this browser stores it.' },
  ];
}

/** Technical words: in details, exports and docs. */
export const TECHNICAL: readonly GlossaryEntry[] = [
  { word: 'Residual stream', meaning: 'The numbers that each layer reads and adds to, once for every token.' },
  {
    word: 'From neutral',
    meaning: 'One pole alone, by a direction fitted without the other. Less of a pole is not the other pole.',
  },
  { word: 'Without the words', meaning: 'A token’s score less what its word and the one before predict.' },
  { word: '1 % lines', meaning: 'Beyond them lies 1 in 100 neutral tokens. A long text crosses them by chance.' },
  {
    word: 'AUROC',
    meaning: 'The share of example pairs that are told apart the right way round: 0.5 is chance, 1 is perfect.',
  },
  { word: 'Logit lens', meaning: 'Any layer, read by the dictionary of the last. Unreliable in early layers.' },
  {
    word: 'Logit',
    meaning: 'What each word gets before it becomes a probability. One more multiplies its odds by 2.7.',
  },
  { word: 'Strength', meaning: 'How much is added, in typical lengths of the stream at that layer.' },
  { word: 'KL', meaning: 'How far steering changes the next word, in nats (Kullback–Leibler divergence).' },
  { word: 'Read-back', meaning: 'A steered text, read again without steering. What shows there came from the words.' },
  { word: 'Placebo', meaning: 'A direction that means nothing, or something else, steered just as far.' },
  { word: 'Refusal', meaning: 'An answer that begins by declining. It is neither pole.' },
  { word: 'Sink', meaning: 'The first token. Models park a huge value there, so it is left out.' },
];
