/** What is said of tokens that a condition let steering act on. */
import { type ConditionRecord, tokensIn } from '../steering/condition.ts';
import { count } from './numbers.ts';

/** How many tokens were steered, and how they are marked, e.g. `Steered 14 of 60 tokens, underlined`. */
export function actedLine(when: Pick<ConditionRecord, 'acted' | 'asked'>): string {
  const acted = tokensIn(when.acted);
  return `Steered ${count(acted)} of ${count(when.asked)} tokens${acted === 0 ? '' : ', underlined'}`;
}
