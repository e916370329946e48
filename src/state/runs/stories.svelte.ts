/** The recorded stories: what there is, and the recording of each, fetched once. */
import { AppError } from '../../base/errors.ts';
import { parseRecordingIndex } from '../../formats/runs/recording-json.ts';
import type { ForkedStory } from '../../reading/fork.ts';
import { parseFork } from '../../formats/runs/fork-json.ts';
import type { RecordingEntry } from '../../formats/runs/recording-json.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import { parseStored } from '../../worker/client/parse-stored.ts';

export type { Recording } from '../../formats/runs/recording.ts';

/** Fetches a text file of this page. */
export type FetchText = (url: string) => Promise<string>;

/** The default {@link FetchText}. */
export const fetchText: FetchText = async (url) => {
  const response = await fetch(url);
  // A development server answers with the page itself where a file is missing.
  if (!response.ok || response.headers.get('content-type')?.includes('html') === true)
    throw new AppError(
      'recording-invalid',
      `${url} is not beside this page (status ${response.status}). Your own text can be read all the same.`,
      { url, status: response.status },
    );
  return response.text();
};

/** The shelf of recordings. */
export class Stories {
  readonly #fetch: FetchText;
  readonly #base: string;
  readonly #kept = new Map<string, Recording>();
  #entries = $state.raw<readonly RecordingEntry[]>([]);
  #awaited = $state<string | null>(null);

  constructor(fetch: FetchText, base: string) {
    this.#fetch = fetch;
    this.#base = base;
  }

  /** What the page can offer; empty until {@link open} has run. */
  get entries(): readonly RecordingEntry[] {
    return this.#entries;
  }

  /** The story that was asked for and has not arrived; null once it is on show, has failed or is not wanted any more. */
  get awaited(): string | null {
    return this.#awaited;
  }

  /** The story of the first view; null where it is not beside this page, or cannot be read: the others can be shown instead. */
  async fork(): Promise<ForkedStory | null> {
    try {
      return parseFork(await this.#fetch(`${this.#base}fork.json`));
    } catch {
      return null;
    }
  }

  /** Reads the list. */
  async open(): Promise<void> {
    this.#entries = parseRecordingIndex(await this.#fetch(`${this.#base}index.json`));
  }

  /** The recording of a story; null when something else was chosen before it arrived, which makes this one worthless. */
  async choose(id: string): Promise<Recording | null> {
    this.#awaited = id;
    try {
      const recording = await this.recording(id);
      return this.#awaited === id ? recording : null;
    } catch (error) {
      // A story that nobody waits for any more may fail in silence.
      if (this.#awaited !== id) return null;
      throw error;
    } finally {
      if (this.#awaited === id) this.#awaited = null;
    }
  }

  /** A recording without showing it. */
  async recording(id: string): Promise<Recording> {
    const recording =
      this.#kept.get(id) ?? (await parseStored(`${id}.json`, await this.#fetch(`${this.#base}${id}.json`)));
    this.#kept.set(id, recording);
    return recording;
  }

  /** Something else is shown: a story that is still on its way must not take its place. */
  leave(): void {
    this.#awaited = null;
  }
}
