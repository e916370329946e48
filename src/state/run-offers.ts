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
  const kept = app.history.items.map(({ id, title }) => ({ key: runKey(id), title, recording: () => app.history.recording(id) }));
  return [...(shown === null ? [] : [shown]), ...kept, ...stories];
}

/** The address that puts the reading on show beside another. */
export function compareAddress(app: AppState): string {
  const recording = app.desk.reading?.recording ?? null;
  const key = recording === null ? shownRun(app)?.key : recording.run === undefined ? storyKey(recording.id) : runKey(recording.id);
  return `#/library/compare${key === undefined ? '' : `?a=${key}`}`;
}

function storyKey(id: string): string {
  return `story:${id}`;
}

function runKey(id: string): string {
  return `run:${id}`;
}
