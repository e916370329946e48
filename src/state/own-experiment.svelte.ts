/** An experiment of the reader's own: its file is read, refused by path where it is wrong, and then run like those that ship. */
import { AppError } from '../core/errors.ts';
import type { SpecSummary } from '../core/experiment-run.ts';
import type { EngineClient } from '../worker/client/engine-client.ts';
import type { ExperimentBench } from './experiment-bench.svelte.ts';
import { ExperimentCard } from './experiment-card.svelte.ts';
import type { PickedFile } from './library.svelte.ts';

/** One that was opened. */
export interface OpenedExperiment {
  readonly summary: SpecSummary;
  readonly card: ExperimentCard;
  readonly bench: ExperimentBench;
}

/** At most one at a time; opening it again later goes on with what has run. */
export class OwnExperiment {
  readonly #connect: () => EngineClient;
  readonly #benchFor: (card: ExperimentCard) => ExperimentBench;
  #opened = $state.raw<OpenedExperiment | null>(null);
  #refusal = $state.raw<{ readonly name: string; readonly error: AppError } | null>(null);
  #reading = $state(false);

  /** `connect` starts a worker of its own: reading a spec needs no model, and the one with a model may be at work. */
  constructor({ connect, benchFor }: { readonly connect: () => EngineClient; readonly benchFor: (card: ExperimentCard) => ExperimentBench }) {
    this.#connect = connect;
    this.#benchFor = benchFor;
  }

  get opened(): OpenedExperiment | null {
    return this.#opened;
  }

  /** Why the last file was refused, and its name; what was open before stays. */
  get refusal(): { readonly name: string; readonly error: AppError } | null {
    return this.#refusal;
  }

  get reading(): boolean {
    return this.#reading;
  }

  /** Opens a file. Does not throw: a refusal stands in {@link refusal}. */
  async open(file: PickedFile): Promise<void> {
    this.#refusal = null;
    this.#reading = true;
    const client = this.#connect();
    try {
      const source = await file.text();
      const summary = await client.checkSpec(source);
      const card = new ExperimentCard({ id: summary.id, spec: { url: null, text: () => Promise.resolve(source) }, runs: [] });
      this.#opened = { summary, card, bench: this.#benchFor(card) };
    } catch (error) {
      this.#refusal = { name: file.name, error: AppError.from(error) };
    } finally {
      this.#reading = false;
      client.dispose();
    }
  }

  /** Puts it away; what has run stays kept. */
  close(): void {
    this.#opened = null;
  }
}
