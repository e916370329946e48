/** The words of the Write place. */
import { sided } from '../../content/trace.ts';
import type { ByPole } from '../../probe/heads.ts';
import { FUTURE_EVERY } from '../../reading/futures/futures.ts';

/** Below the title. */
export const WRITE_LEAD = 'Give it a character and talk to it. Its inner state is read as it writes.';

/** What is written is nobody's opinion. */
export const INVENTED = 'What it writes is invented, and can be unkind or wrong.';

/** What is seen in the recorded answers: the mean reading of each, by the title of its prompt. */
export function chatsSentence(
  chats: readonly { readonly title: string; readonly reading: number }[],
  ends: ByPole<string>,
): string {
  const known = chats.filter(({ reading }) => Number.isFinite(reading));
  if (known.length === 0) return '';
  return `On average the answer reads ${known.map(({ title, reading }) => `${sided(reading, ends)} when ${title.charAt(0).toLowerCase()}${title.slice(1)}`).join(', ')}.`;
}

/** How sure the recorded answers are. */
export function chatsSure(model: string, probe: string, settings: string): readonly string[] {
  return [
    'One answer to each message is an example, not evidence. Write with several seeds, or look at many futures.',
    `Recorded with ${model} and the probe ${probe}, ${settings}. Messages and seed were fixed first, and each answer was made once.`,
  ];
}

/** Above the button of the futures. */
export const FUTURES_LEAD = 'Write many continuations side by side, and see how often the text turns.';

/** How futures are computed. */
export const FUTURES_EXPLAIN: readonly string[] = [
  'Every future has its own seed, and the same words as one continuation with that seed.',
  `After every ${FUTURE_EVERY} tokens the model reads the probe’s neutral words behind each future; these words never enter it. Readings stand by themselves: they are not smoothed, as those of an opened text are.`,
  'Grey holds nine of ten random directions at the same places. A future turns when its last reading lies beyond that range, on the other side than the text’s own. Chance alone puts one in twenty beyond it on each side.',
  'Intervals of shares are Wilson’s, at 95 %. They hold for this text, model and sampling alone.',
];
