/**
 * Where log odds lie between all dark acts (0) and all light ones (1). Over stories the place is a ratio of sums, so a story in which both
 * ends lie close together does not blow it up.
 */
import { EVENT_IDS, type EventId } from './plan.ts';
import { type ContextOdds, oddsAfter } from '../context-odds.ts';
import type { MidpointAxis } from './spec.ts';

/** An axis with what was measured of its stories. */
export interface AxisOdds {
  readonly axis: MidpointAxis;
  readonly lengths: readonly number[];
  readonly stories: readonly ContextOdds[];
}

/** How far one story has gone and how far it could, in nats: a place is the sum of the first over the sum of the second. */
export interface Way {
  readonly gone: number;
  readonly whole: number;
}

/** The place of some stories, by their numbers in `ways`. */
export function placeAmong(ways: readonly Way[], stories: Iterable<number>): number {
  let [gone, whole] = [0, 0];
  for (const story of stories) {
    gone += ways[story]?.gone ?? NaN;
    whole += ways[story]?.whole ?? NaN;
  }
  return gone / whole;
}

/** From all dark to all light at one length. */
export function gapAt(story: ContextOdds, length: number): number {
  return oddsAfter(story, `light.${length}`) - oddsAfter(story, `dark.${length}`);
}

/** Equally many acts in a drawn order and its mirror image, over some lengths. */
export function mixedWay(story: ContextOdds, lengths: readonly number[]): Way {
  const gone = lengths.map(
    (length) =>
      (oddsAfter(story, `mixed.${length}`) + oddsAfter(story, `mirror.${length}`)) / 2 -
      oddsAfter(story, `dark.${length}`),
  );
  return { gone: sum(gone), whole: sum(lengths.map((length) => gapAt(story, length))) };
}

/** Both orders of two blocks, with what stands between or after them. */
export function blockWay(story: ContextOdds, blocks: number, event: EventId): Way {
  const both = (oddsAfter(story, `dark-light.${event}`) + oddsAfter(story, `light-dark.${event}`)) / 2;
  return { gone: both - oddsAfter(story, `dark.${blocks}`), whole: gapAt(story, blocks) };
}

/** How far the second block has brought the odds: light acts after dark ones, from all dark up. */
export function backWay(story: ContextOdds, blocks: number): Way {
  return {
    gone: oddsAfter(story, 'dark-light.plain') - oddsAfter(story, `dark.${blocks}`),
    whole: gapAt(story, blocks),
  };
}

/** The other way round: dark acts after light ones, from all light down. */
export function awayWay(story: ContextOdds, blocks: number): Way {
  return {
    gone: oddsAfter(story, `light.${blocks}`) - oddsAfter(story, 'light-dark.plain'),
    whole: gapAt(story, blocks),
  };
}

/** What each event is called. */
export const EVENT_WORDS = {
  plain: 'nothing said',
  reveal: 'revealed as a part that was played',
  dream: 'the second block dreamed',
  break: 'another subject after it',
} as const satisfies Readonly<Record<EventId, string>>;

/** Every event but the plain one. */
export const EVENTS = EVENT_IDS.filter((id) => id !== 'plain');

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
