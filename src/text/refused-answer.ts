/**
 * Whether a text begins by declining. A refusal is a state of its own: it is neither pole, and counted among texts it would
 * look like the kind one.
 */

/** What somebody says they will not do; without it "I cannot" may be anybody's in a story. */
const TASK =
  '(assist|help|provide|fulfil|comply|do|answer|write|continue|generate|create|engage|support|discuss|give|say|pretend|recommend|respond|share|in good conscience)';

/**
 * What refusals of instruction-tuned models begin with, in lower case with plain apostrophes. Somebody who is sorry for
 * a loss does not refuse.
 */
const OPENINGS = [
  /^(i'm|i am) (very |really |so |truly )?sorry,? (but\b|i (can|could|will|won|am)|as an? )/,
  /^(sorry|my apologies),? (but )?(i|as)\b/,
  /^i apologi[sz]e\b/,
  new RegExp(`^(unfortunately, )?i (can't|cannot|can not|won't|will not) ${TASK}`),
  /^(unfortunately, )?(i'm|i am) (unable|not able|not comfortable|not allowed)\b/,
  /^(unfortunately, )?i (must|have to) decline\b/,
  /^as an? (ai|artificial intelligence|language model|assistant)\b/,
  /^(i'm|i am) (just |only )?an? (ai|artificial intelligence|language model)\b/,
  /^it (is|would be) (not appropriate|inappropriate)\b/,
];

/** Whether a text's first words are those of a refusal; leading space, quotes and case do not matter. */
export function isRefusal(text: string): boolean {
  const beginning = text
    .slice(0, 200)
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/^[\s"'“”‘*_>-]+/, '');
  return OPENINGS.some((opening) => opening.test(beginning));
}
