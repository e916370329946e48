/** What the reading controller can go back to. */
import type { ForkedStory } from '../../reading/fork.ts';
import type { Grain } from '../../reading/grain.ts';
import type { Head } from '../../probe/heads.ts';
import type { SamplingOptions } from '../../reading/reading.ts';
import type { ReadingState } from './reading.svelte.ts';

/** Where the text of the strip comes from. */
export type Source = 'story' | 'own';

/** What can be gone back to: what was on show, and where one looked. */
export interface Shown {
  readonly reading: ReadingState | null;
  /** The story with two endings, where both are shown as one. */
  readonly fork: ForkedStory | null;
  readonly source: Source;
  readonly layer: number;
  /** Whether the reading is shown at that layer alone. */
  readonly single: boolean;
  readonly at: number;
  readonly locked: boolean;
  /** What was in the text box, for steps that replace it; null for the others, which leave it alone. */
  readonly draft: string | null;
  /** Settings, for steps that change them; null for the others. */
  readonly settings: ShownSettings | null;
}

/** Settings that a link brings with it. */
export interface ShownSettings {
  readonly sampling: SamplingOptions;
  readonly head: Head;
  readonly grain: Grain;
  readonly window: number;
  /** Key of the probe that is read with. */
  readonly probe: string | null;
}
