/** Runs that can be looked at side by side, wherever they lie. */
import { FORK } from '../../content/front.ts';
import { naturalPartner } from '../../reading/natural-partner.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import type { AppState } from '../app.svelte.ts';

/** A run that can be had. */
export interface RunOffer {
  /** Tells offers apart, e.g. `story:betrayal`; stands in addresses. */
  readonly key: string;
  readonly title: string;
  /** The story that contains cruelty and whose reader has not been told of it; null for all else. */
  readonly withheld: string | null;
  recording(): Promise<Recording>;
}

/** Every run on offer, in the order in which it is listed. */
export function runOffers(app: AppState): readonly RunOffer[] {
  const stories = app.stories.entries.map((entry) => ({
    key: storyKey(entry.id),
    title: entry.title,
    withheld: app.readingController.darkTexts.withholds(entry) ? entry.id : null,
    recording: () => app.stories.recording(entry.id),
  }));
  const kept = app.history.items.map(({ id, title }) => ({
    key: runKey(id),
    title,
    withheld: null,
    recording: () => app.history.recording(id),
  }));
  return [...kept, ...stories];
}

/** The address that puts the reading on show beside its natural partner; without it while it is not kept yet. */
export function compareAddress({ readingController, history }: AppState): string {
  const { reading } = readingController;
  if (reading === null) return '#/library/compare';
  const others = history.items.filter(({ id }) => id !== reading.id);
  const kept = history.items.find(({ id }) => id === reading.id);
  const story = reading.story;
  const key = story !== null ? storyKey(reading.id) : kept === undefined ? null : runKey(reading.id);
  if (key === null) return '#/library/compare';
  // The two endings are each other's, before any run of the reader's.
  const twin =
    story === null
      ? undefined
      : ({ [FORK.a.id]: FORK.b.id, [FORK.b.id]: FORK.a.id } as Readonly<Record<string, string>>)[story.id];
  const partner =
    story !== null
      ? naturalPartner({ text: story.text, probeSha256: story.provenance.probeSha256 }, others)
      : kept === undefined
        ? null
        : naturalPartner(kept, others);
  const beside = twin !== undefined ? storyKey(twin) : partner === null ? null : runKey(partner.id);
  return `#/library/compare?a=${key}${beside === null ? '' : `&b=${beside}`}`;
}

function storyKey(id: string): string {
  return `story:${id}`;
}

function runKey(id: string): string {
  return `run:${id}`;
}
