/**
 * Whether a text begins by declining. A refusal is a state of its own: it is neither pole, and counted among texts it would
 * look like the kind one.
 */

/** What refusals of instruction-tuned models begin with, in lower case with plain apostrophes. */
const OPENINGS = [
  /^(i['’]m|i am) (very |really |so )?sorry\b/,
  /^sorry, (but )?(i|as)\b/,
  /^i apologi[sz]e\b/,
  /^(unfortunately, )?i (can['’]t|cannot|can not|won['’]t|will not|am unable|am not able|must decline|have to decline)\b/,
  /^(i['’]m|i am) (unable|not able|not comfortable|not allowed)\b/,
  /^as an? (ai|artificial intelligence|language model|assistant)\b/,
  /^it (is|would be) (not appropriate|inappropriate)\b/,
];

/** Whether a text's first words are those of a refusal; leading space, quotes and case do not matter. */
export function isRefusal(text: string): boolean {
  const beginning = text.slice(0, 200).toLowerCase().replace(/^[\s"'“”‘’*_>-]+/, '');
  return OPENINGS.some((opening) => opening.test(beginning));
}
