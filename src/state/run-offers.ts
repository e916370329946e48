/** Runs that can be looked at side by side, wherever they lie. */
import type { Recording } from '../format/recording.ts';
import type { AppState } from './app.svelte.ts';

/** A run that can be had. */
export interface RunOffer {
  /** Tells offers apart, e.g. `story:betrayal`; stands in addresses. */
  readonly key: string;
  readonly title: string;
  /** The story that holds cruelty and whose reader has not been told of it; null for all else. */
  readonly withheld: string | null;
  recording(): Promise<Recording>;
}

/** Every run on offer, in the order in which it is listed. */
export function runOffers(app: AppState): readonly RunOffer[] {
  const stories = app.stories.entries.map((entry) => ({ key: storyKey(entry.id), title: entry.title, withheld: app.desk.darkTexts.withholds(entry) ? entry.id : null, recording: () => app.stories.recording(entry.id) }));
  const kept = app.history.items.map(({ id, title }) => ({ key: runKey(id), title, withheld: null, recording: () => app.history.recording(id) }));
  return [...kept, ...stories];
}

/** The address that puts the reading on show beside another; without it while it is not kept yet. */
export function compareAddress({ desk, history }: AppState): string {
  const { reading } = desk;
  const key = reading === null ? null : reading.story !== null ? storyKey(reading.id) : history.items.some(({ id }) => id === reading.id) ? runKey(reading.id) : null;
  return `#/library/compare${key === null ? '' : `?a=${key}`}`;
}

function storyKey(id: string): string {
  return `story:${id}`;
}

function runKey(id: string): string {
  return `run:${id}`;
}
