/** The recorded texts of a place: fetched once, and again where the reader asks after it failed. */
import { AppError } from '../../base/errors.ts';
import type { Examples } from '../../reading/examples.ts';
import { shippedExamples } from './shipped-examples.ts';

/** What gives the texts; may reject with anything. */
export type FetchTexts = () => Promise<Examples>;

/** The texts, or why they are not there. */
export class RecordedTexts {
  readonly #fetch: FetchTexts;
  #under: Promise<void> | null = null;

  /** Null until they have come. */
  shown = $state.raw<Examples | null>(null);
  /** What went wrong the last time; null while they are fetched, and where they are there. */
  failed = $state.raw<AppError | null>(null);

  constructor(place: 'steer' | 'write', fetch: FetchTexts = () => shippedExamples(place)) {
    this.#fetch = fetch;
  }

  /** Fetches them unless they are there or on their way. Never rejects: see `failed`. */
  fetch(): Promise<void> {
    if (this.shown !== null) return Promise.resolve();
    return (this.#under ??= this.#once());
  }

  async #once(): Promise<void> {
    this.failed = null;
    try {
      this.shown = await this.#fetch();
    } catch (thrown) {
      this.failed = AppError.from(thrown);
    } finally {
      this.#under = null;
    }
  }
}
