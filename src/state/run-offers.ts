/** Runs that can be looked at side by side, wherever they lie. */
import type { Recording } from '../format/recording.ts';
import type { AppState } from './app.svelte.ts';
import { shownRun } from './shown-run.ts';

/** A run that can be had. */
export interface RunOffer {
  /** Tells offers apart, e.g. `story:betrayal`; stands in addresses. */
  readonly key: string;
  readonly title: string;
  recording(): Promise<Recording>;
}

/** Every run on offer, in the order in which it is listed. */
export function runOffers(app: AppState): readonly RunOffer[] {
  const shown = shownRun(app);
  const stories = app.stories.entries.map(({ id, title }) => ({ key: storyKey(id), title, recording: () => app.stories.recording(id) }));
  return [...(shown === null ? [] : [shown]), ...stories];
}

/** The address that puts the reading on show beside another. */
export function compareAddress(app: AppState): string {
  const story = app.desk.reading?.recording?.id;
  const key = story === undefined ? shownRun(app)?.key : storyKey(story);
  return `#/library/compare${key === undefined ? '' : `?a=${key}`}`;
}

function storyKey(id: string): string {
  return `story:${id}`;
}
