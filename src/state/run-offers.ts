/** Runs that can be looked at side by side, wherever they lie. */
import type { Recording } from '../format/recording.ts';
import type { AppState } from './app.svelte.ts';
import type { Desk } from './desk.svelte.ts';

/** A run that can be had. */
export interface RunOffer {
  /** Tells offers apart, e.g. `story:betrayal`; stands in addresses. */
  readonly key: string;
  readonly title: string;
  recording(): Promise<Recording>;
}

/** Every run on offer, in the order in which it is listed. */
export function runOffers({ stories }: AppState): readonly RunOffer[] {
  return stories.entries.map(({ id, title }) => ({ key: storyKey(id), title, recording: () => stories.recording(id) }));
}

/** The address that puts the reading on show beside another. */
export function compareAddress({ reading }: Desk): string {
  const story = reading?.recording?.id;
  return `#/library/compare${story === undefined ? '' : `?a=${storyKey(story)}`}`;
}

function storyKey(id: string): string {
  return `story:${id}`;
}
