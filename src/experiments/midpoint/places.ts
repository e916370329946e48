/**
 * Where log odds lie between all dark acts (0) and all light ones (1). Over stories the place is a ratio of sums, so a story in which both
 * ends lie close together does not blow it up.
 */
import { EVENT_IDS, type EventId } from './plan.ts';
import type { StoryOdds } from './run.ts';
import type { MidpointAxis } from './spec.ts';

/** An axis with what was measured of its stories. */
export interface AxisOdds {
  readonly axis: MidpointAxis;
  readonly lengths: readonly number[];
  readonly stories: readonly StoryOdds[];
}

/** How far one story has gone and how far it could, in nats: a place is the sum of the first over the sum of the second. */
export interface Way {
  readonly gone: number;
  readonly whole: number;
}

/** The mean log odds of a story after one context; NaN where it was not read. */
function oddsAfter(story: StoryOdds, id: string): number {
  const odds = story.get(id) ?? [];
  return odds.reduce((sum, value) => sum + value, 0) / odds.length;
}

/** From all dark to all light at one length. */
export function gapAt(story: StoryOdds, length: number): number {
  return oddsAfter(story, `light.${length}`) - oddsAfter(story, `dark.${length}`);
}

/** Equally many acts in a drawn order and its mirror image, over some lengths. */
export function mixedWay(story: StoryOdds, lengths: readonly number[]): Way {
  const gone = lengths.map(
    (length) =>
      (oddsAfter(story, `mixed.${length}`) + oddsAfter(story, `mirror.${length}`)) / 2 -
      oddsAfter(story, `dark.${length}`),
  );
  return { gone: sum(gone), whole: sum(lengths.map((length) => gapAt(story, length))) };
}

/** Both orders of two blocks, with what stands between or after them. */
export function blockWay(story: StoryOdds, blocks: number, event: EventId): Way {
  const both = (oddsAfter(story, `dark-light.${event}`) + oddsAfter(story, `light-dark.${event}`)) / 2;
  return { gone: both - oddsAfter(story, `dark.${blocks}`), whole: gapAt(story, blocks) };
}

/** How far the second block has brought the odds: light acts after dark ones, from all dark up. */
export function backWay(story: StoryOdds, blocks: number): Way {
  return {
    gone: oddsAfter(story, 'dark-light.plain') - oddsAfter(story, `dark.${blocks}`),
    whole: gapAt(story, blocks),
  };
}

/** The other way round: dark acts after light ones, from all light down. */
export function awayWay(story: StoryOdds, blocks: number): Way {
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
