/**
 * Experiments of the reader's own: a spec is read, refused by path where it is wrong, kept in this browser, and then run like those
 * that ship. Units of a run, of any spec that is here, are analysed anew and shown on its card: that needs no model.
 */
import { AppError } from '../../base/errors.ts';
import type { SpecSummary } from '../../experiments/experiment-run.ts';
import { type FileKind, recogniseFile } from '../../formats/runs/recognise.ts';
import type { EngineClient } from '../../worker/client/engine-client.ts';
import type { ExperimentRuns } from './experiment-runs.svelte.ts';
import { ExperimentCard } from './experiment-card.svelte.ts';
import type { StoredExperiments } from './stored-experiments.ts';
import { bytesOf } from '../../state/storage/bytes-of.ts';
import type { PickedFile } from '../../state/probes/library.svelte.ts';

/** One that was opened. */
export interface OpenedExperiment {
  readonly summary: SpecSummary;
  readonly card: ExperimentCard;
  readonly bench: ExperimentRuns;
}

/** What it works with. */
export interface OwnExperimentParts {
  /** Starts a worker of its own: reading a spec needs no model, and the one with a model may be at work. */
  readonly connect: () => EngineClient;
  readonly benchFor: (card: ExperimentCard) => ExperimentRuns;
  readonly kept: StoredExperiments;
  /** Cards of the experiments that ship, whose units can be opened too. */
  readonly shipped: readonly ExperimentCard[];
  /** Says what went wrong beside the file: that the browser keeps nothing. */
  readonly report: (error: unknown) => void;
}

/** Characters that tell what a file is. */
const HEAD = 2000;

/** What is said of files that are ours and have no place here. */
const ELSEWHERE: Partial<Record<FileKind, string>> = {
  'experiment-unit':
    'It is one part of a run, and a verdict needs all of them. Join the folders by flipside merge, and open the units.jsonl that it writes.',
  'experiment-report':
    'It is a report that was made before, and the page makes its own. Open the units.jsonl that lies beside it.',
};

/** In the order in which they were opened; opening one again later goes on with what has run. */
export class OwnExperiment {
  readonly #parts: OwnExperimentParts;
  #opened = $state.raw<readonly OpenedExperiment[]>([]);
  #refusal = $state.raw<{ readonly name: string; readonly error: AppError } | null>(null);
  #brought = $state.raw<{ readonly name: string; readonly card: ExperimentCard } | null>(null);
  #reading = $state(false);
  #restored = false;

  constructor(parts: OwnExperimentParts) {
    this.#parts = parts;
  }

  get opened(): readonly OpenedExperiment[] {
    return this.#opened;
  }

  /** Why the last file was refused, and its name; what was open before stays. */
  get refusal(): { readonly name: string; readonly error: AppError } | null {
    return this.#refusal;
  }

  /** The last units file and the card that shows it. */
  get brought(): { readonly name: string; readonly card: ExperimentCard } | null {
    return this.#brought;
  }

  get reading(): boolean {
    return this.#reading;
  }

  /** Opens what was opened on an earlier visit, once. Does not throw, as {@link open}. */
  async restore(): Promise<void> {
    if (this.#restored) return;
    this.#restored = true;
    const specs = await this.#parts.kept.specs().catch(() => []);
    if (specs.length === 0) return;
    await this.#attempt('a spec that is kept here', async (client) => {
      for (const { source } of specs) this.#add(await client.checkSpec({ source }), source);
    });
  }

  /** Opens a spec, or units. Does not throw: a refusal stands in {@link refusal}. */
  async open(file: PickedFile): Promise<void> {
    this.#refusal = this.#brought = null;
    await this.#attempt(file.name, async (client) => {
      const source = new TextDecoder().decode(await bytesOf(file));
      const kind = recogniseFile(new TextEncoder().encode(source.slice(0, HEAD)));
      const advice = ELSEWHERE[kind];
      if (advice !== undefined) throw new AppError('unit-invalid', advice);
      if (kind === 'experiment-units') await this.#bring(client, file.name, source);
      else await this.#keep(await client.checkSpec({ source }), source);
    });
  }

  /** Puts one away and forgets its spec; what has run stays kept. */
  async close({ summary }: OpenedExperiment): Promise<void> {
    this.#opened = this.#opened.filter((one) => one.summary.sha256 !== summary.sha256);
    await this.#parts.kept.dropSpec(summary.sha256).catch((error: unknown) => this.#parts.report(error));
  }

  /** Puts all away, where what is kept has been deleted. */
  clear(): void {
    this.#opened = [];
  }

  async #bring(client: EngineClient, name: string, units: string): Promise<void> {
    // Units of an earlier design of an experiment are shown on the card of the one in use, which says so.
    const known = [...this.#parts.shipped, ...this.#opened.map(({ card }) => card)].flatMap((card) =>
      [card.shipped?.spec, card.shipped?.earlier].flatMap((spec) => (spec ? [{ card, spec }] : [])),
    );
    const specs = await Promise.all(known.map(({ spec }) => spec.text()));
    const { spec, outcome } = await client.analyseUnits({ specs, units });
    const card = known[spec]?.card;
    card?.bring(outcome);
    if (card !== undefined) this.#brought = { name, card };
  }

  async #keep(summary: SpecSummary, source: string): Promise<void> {
    this.#add(summary, source);
    try {
      await this.#parts.kept.keepSpec({ sha256: summary.sha256, source });
      if (!(await this.#parts.kept.lasts())) throw new Error('this window keeps nothing');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#parts.report(
        new AppError(
          'storage-refused',
          `The spec will not be here after this tab is closed (${why}). Its file stays where it is.`,
          { why },
          error,
        ),
      );
    }
  }

  #add(summary: SpecSummary, source: string): void {
    if (this.#opened.some((one) => one.summary.sha256 === summary.sha256)) return;
    const card = new ExperimentCard({
      id: summary.id,
      spec: { url: null, text: () => Promise.resolve(source) },
      runs: [],
    });
    this.#opened = [...this.#opened, { summary, card, bench: this.#parts.benchFor(card) }];
  }

  async #attempt(name: string, what: (client: EngineClient) => Promise<void>): Promise<void> {
    this.#reading = true;
    const client = this.#parts.connect();
    try {
      await what(client);
    } catch (error) {
      this.#refusal = { name, error: AppError.from(error) };
    } finally {
      this.#reading = false;
      client.dispose();
    }
  }
}
