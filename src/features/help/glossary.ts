/** The words that the page uses, each explained once, in plain words. */

/** A word and its meaning. */
export interface GlossaryEntry {
  readonly word: string;
  readonly meaning: string;
}

/** In the order in which a reader meets them. */
export const GLOSSARY: readonly GlossaryEntry[] = [
  {
    word: 'Residual stream',
    meaning:
      'The list of 576 numbers that each layer of the model reads and adds to, once for every token. All that the model holds about the text at that place lies in it.',
  },
  {
    word: 'Layer',
    meaning:
      'One step of the model. Layer 0 is the word alone, where this probe always reads zero; layer 30 is what leaves the last step.',
  },
  {
    word: 'Probe',
    meaning:
      'A direction in the residual stream, found from pairs of kind and cruel turns, with the evidence that it reads what it claims.',
  },
  {
    word: 'Score',
    meaning:
      'How far the residual stream lies along the probe, in standard deviations of its training readings. Zero is neutral text. It is a score, not a verdict.',
  },
  {
    word: 'From neutral',
    meaning:
      'The reading of one pole by itself: a direction of its own from neutral turns to the turns of that pole, fitted without the other pole. Less of a pole than neutral is not the other pole, so it is drawn in grey.',
  },
  {
    word: 'Reading',
    meaning:
      'What the probe reads at neutral words, the same everywhere, that are put after a stretch of the text off to the side and never enter it. Two readings differ only by what came before.',
  },
  {
    word: 'Chance range',
    meaning:
      'What 200 random directions with the same spread as the training data read at the same place, from the 5th to the 95th percentile. A reading inside is within chance; one in ten lies outside by chance. What counts is the change within a text.',
  },
  {
    word: 'Without the words',
    meaning:
      'What is left of a token’s score after taking away what the embeddings of that word and the one before predict by themselves.',
  },
  {
    word: '1 % lines',
    meaning:
      'The values that 1 in 100 tokens of neutral stories lies below, and 1 in 100 above. Beyond a line is rare in neutral text, not proof of anything: a long text crosses it by chance.',
  },
  {
    word: 'Logit lens',
    meaning:
      'The residual stream of any layer, read by the norm and the dictionary of the last one as if the layers in between were not there: the words that would come if the model stopped there. In early layers it is unreliable.',
  },
  {
    word: 'Logit',
    meaning:
      'What the model gives each word before it becomes a probability. Adding 1 to the logit of one word multiplies its odds by 2.7.',
  },
  {
    word: 'Push',
    meaning:
      'A change of the residual stream at some layer while the model reads or writes: a vector along a probe’s steering direction is added, the stream is held from falling behind a bound, or what lies along the direction is taken out.',
  },
  {
    word: 'Strength',
    meaning:
      'How much is added, in typical lengths of the stream at that layer. The same strength does more along one direction than along another, so pushes are compared at the same KL.',
  },
  {
    word: 'KL',
    meaning:
      'How far the next-word distribution under a push lies from that without it: Kullback–Leibler divergence, in nats. “1 nat” here means that 95 in 100 neutral tokens are moved by no more than that.',
  },
  {
    word: 'Read-back',
    meaning:
      'A text that was written under a push, read again by the model without it. The trace of the pushed pass was moved by the push itself; what shows in the read-back came from the words.',
  },
  {
    word: 'Placebo',
    meaning:
      'A direction to compare with: made like the probe’s after the poles of its topics were swapped by chance, or drawn at random, or of an axis that means something else. It is pushed to the same KL.',
  },
  { word: 'Refusal', meaning: 'An answer that begins by declining. It is counted apart: it is neither of the poles.' },
  {
    word: 'Sink',
    meaning: 'The first token. Models park a huge value there, so it is hatched and left out of everything.',
  },
];
