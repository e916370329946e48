/**
 * How far the beginning of a new person's story sways their next act: log odds of a light act after a light beginning less those after a
 * dark one, in nats an act. What the next acts are and what the stories before were like cancel in it.
 */
import { mean } from '../../stats/stats.ts';
import { contextId, type Hand, type Names, ORDERS } from './plan.ts';
import { type Side, SIDES } from './spec.ts';
import { type ContextOdds, oddsAfter } from '../context-odds.ts';

/** The unit of every sway and of every difference of two. */
export const SWAY = 'nats an act';

/** Without any story before. */
export function swayAlone(person: ContextOdds): number {
  return oddsAfter(person, 'alone.light') - oddsAfter(person, 'alone.dark');
}

/** Mean log odds after stories by a hand and one beginning, over both orders and the numbers of stories. */
function oddsBegun(person: ContextOdds, hand: Hand, names: Names, stories: readonly number[], start: Side): number {
  return mean(
    stories.flatMap((count) => ORDERS.map((order) => oddsAfter(person, contextId(hand, names, count, order, start)))),
  );
}

/** After stories by a hand. */
export function swayAfter(person: ContextOdds, hand: Hand, names: Names, stories: readonly number[]): number {
  return oddsBegun(person, hand, names, stories, 'light') - oddsBegun(person, hand, names, stories, 'dark');
}

/** Turners less steady hands: below 0 where a beginning is carried on less by an author whose people turn. */
export function interaction(person: ContextOdds, names: Names, stories: readonly number[]): number {
  return swayAfter(person, 'turners', names, stories) - swayAfter(person, 'steady', names, stories);
}

/** The same of one beginning: how much further from going on as begun, turners less steady hands. Both add up to {@link interaction}. */
export function turnedFrom(person: ContextOdds, start: Side, names: Names, stories: readonly number[]): number {
  const change =
    oddsBegun(person, 'turners', names, stories, start) - oddsBegun(person, 'steady', names, stories, start);
  return start === SIDES[0] ? change : -change;
}
