/** Which contexts a story is read in. Pure; all of it follows from the spec's seed. */
import { createRng } from '../../base/rng.ts';
import type { RunSize } from '../experiment-types.ts';
import type { MidpointAxis, MidpointSpec, Side, Story, Versions } from './spec.ts';

/** What stands between blocks of acts, or after them. */
export const EVENT_IDS = ['plain', 'reveal', 'dream', 'break'] as const;
export type EventId = (typeof EVENT_IDS)[number];

/** A context of one story: `light.8`, `dark.8`, `mixed.8`, `mirror.8`, `dark-light.reveal`, `light-dark.reveal`. */
export interface PlannedContext {
  readonly id: string;
  readonly text: string;
}

/** The lengths of an axis at a size. */
export function lengthsOf(spec: MidpointSpec, axis: MidpointAxis, size: RunSize): readonly number[] {
  return size === 'full' ? axis.lengths : axis.lengths.filter((length) => spec.quick.lengths.includes(length));
}

/** The stories of an axis at a size. */
export function storiesOf(spec: MidpointSpec, axis: MidpointAxis, size: RunSize): readonly Story[] {
  return size === 'full' ? axis.stories : axis.stories.slice(0, spec.quick.stories);
}

/** Every context of a story, those that begin alike one after another. */
export function contextsOf(
  spec: MidpointSpec,
  axis: MidpointAxis,
  story: Story,
  size: RunSize,
): readonly PlannedContext[] {
  const rng = createRng(spec.seed, 1000 * spec.axes.indexOf(axis) + axis.stories.indexOf(story) + 1);
  const most = Math.max(...axis.lengths);
  const acts = rng.shuffle([...axis.acts]).slice(0, most);
  // Of every two acts one is of either side, so that every even length is balanced; which comes first is drawn.
  const sides = Array.from({ length: most / 2 }, (): readonly [Side, Side] =>
    rng.below(2) === 0 ? ['light', 'dark'] : ['dark', 'light'],
  ).flat();
  const told = (some: readonly Versions[], side: (i: number) => Side): string[] =>
    some.map((act, i) => inStory(act[side(i)], story));
  const text = (sentences: readonly string[]): string => [story.opening, ...sentences].join(' ');
  const nested = (id: string, side: (i: number) => Side): PlannedContext[] =>
    lengthsOf(spec, axis, size).map((length) => ({
      id: `${id}.${length}`,
      text: text(told(acts.slice(0, length), side)),
    }));
  const half = spec.blocks / 2;
  const blocks = (first: Side, second: Side, event: EventId): PlannedContext => {
    const one = told(acts.slice(0, half), () => first);
    const other = told(acts.slice(half, spec.blocks), () => second);
    const { reveal, dream, wake, break: apart } = spec.events;
    const between = event === 'dream' ? [dream] : [];
    const after = event === 'plain' ? [] : event === 'dream' ? [wake] : event === 'reveal' ? [reveal] : [apart];
    const said = (some: readonly string[]): string[] => some.map((sentence) => inStory(sentence, story));
    return {
      id: `${first}-${second}.${event}`,
      text: text([...one, ...said(between), ...other, ...said(after)]),
    };
  };
  return [
    ...nested('light', () => 'light'),
    ...nested('dark', () => 'dark'),
    ...nested('mixed', (i) => sides[i] ?? 'light'),
    ...nested('mirror', (i) => (sides[i] === 'light' ? 'dark' : 'light')),
    ...(['dark', 'light'] as const).flatMap((first) =>
      EVENT_IDS.map((event) => blocks(first, first === 'dark' ? 'light' : 'dark', event)),
    ),
  ];
}

const FORMS = {
  he: { He: 'He', he: 'he', his: 'his', him: 'him' },
  she: { He: 'She', he: 'she', his: 'her', him: 'her' },
} as const satisfies Readonly<Record<Story['pronoun'], Readonly<Record<string, string>>>>;

/** A sentence about the person of a story. */
export function inStory(sentence: string, { pronoun }: Pick<Story, 'pronoun'>): string {
  const forms: Readonly<Record<string, string>> = FORMS[pronoun];
  return sentence.replace(/\{(\w+)\}/g, (all, form: string) => forms[form] ?? all);
}
