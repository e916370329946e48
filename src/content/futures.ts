/** What the page says about many futures of one text. */

/** Above the button. */
export const FUTURES_LEAD =
  'One press writes many continuations of the text side by side. Each is read as it grows, so you see where the text could go, and how often it turns.';

/** How it is computed. */
export const FUTURES_EXPLAIN: readonly string[] = [
  'Every future has a seed of its own and the same words as one continuation with that seed. All of them take one pass of the model a token, as branches of the same beginning.',
  'After every 8 tokens the model reads the probe’s neutral words behind each future. These words never enter a future. Each reading stands by itself: it is not smoothed, as the readings of an opened text are.',
  'The grey area holds nine of ten random directions, read at the same places. A future turns when its last reading lies beyond that range on the other side than the text’s own. Chance alone puts one in twenty beyond it on each side.',
  'Intervals of shares are Wilson’s, at 95 %. They say how well the share is known for this text, model and sampling. They say nothing about other texts.',
];
