/** Stories that contain cruelty: none is shown before its reader has been told and wants it. */
import { SvelteSet } from 'svelte/reactivity';
import type { RecordingEntry } from '../../formats/runs/recording-json.ts';
import type { Preferences } from '../preferences.svelte.ts';

/** Who has been told what. */
export class DarkTexts {
  readonly #preferences: Preferences;
  /** Stories that the reader has asked to see in this visit. */
  readonly #wanted = new SvelteSet<string>();

  constructor(preferences: Preferences) {
    this.#preferences = preferences;
  }

  /** Whether a story waits until its reader has been told. */
  withholds({ id, dark }: Pick<RecordingEntry, 'id' | 'dark'>): boolean {
    return dark && !this.#preferences.darkTexts && !this.#wanted.has(id);
  }

  /** The reader wants these stories; `always`: from now on every such story without a note. */
  allow(ids: readonly string[], always = false): void {
    if (always) this.#preferences.darkTexts = true;
    for (const id of ids) this.#wanted.add(id);
  }
}
