/** What a short run says of a model, asked for before any weight of it is fetched. */
import { planSentence } from '../../content/trial.ts';
import { SAY } from '../../content/status.ts';
import { AppError } from '../../base/errors.ts';
import type { EnginePlan } from '../../models/device-trial.ts';
import type { ModelSource } from '../../models/model-source.ts';
import type { ModelToRun } from '../../models/model-to-run.ts';
import type { EngineClient } from '../../worker/client/engine-client.ts';
import { askEngine } from './ask-engine.ts';

/** What it needs of the page. */
export interface PlanAheadParts {
  readonly connect: () => EngineClient;
  /** Hosts that a model may be asked for. */
  readonly hosts: () => readonly string[];
  readonly say: (sentence: string) => void;
  readonly report: (error: unknown) => void;
}

/** A model that would be loaded, or one that was looked into. */
type Planned = ModelSource | ModelToRun;

/** One question at a time; answers are kept while the page is open. The worker remembers the short run itself, by adapter and browser. */
export class PlanAhead {
  readonly #parts: PlanAheadParts;
  #found = $state.raw<ReadonlyMap<Planned, EnginePlan>>(new Map());
  #asked = $state.raw<{ readonly about: Planned; readonly stop: AbortController } | null>(null);

  constructor(parts: PlanAheadParts) {
    this.#parts = parts;
  }

  /** Whether small graphs run for this model now. */
  tries(about: Planned): boolean {
    return this.#asked?.about === about;
  }

  /** What was found for this model; null where nobody asked. */
  planOf(about: Planned): EnginePlan | null {
    return this.#found.get(about) ?? null;
  }

  /** Asks a worker of its own, so that a load never waits for it; ends the question before. What goes wrong is reported. */
  async ask(about: Planned): Promise<void> {
    this.stop();
    const stop = new AbortController();
    const asked = (this.#asked = { about, stop });
    const args = 'size' in about ? { weighed: about } : { model: about, hosts: this.#parts.hosts() };
    const stopped = new Promise<never>((_, reject) => {
      stop.signal.addEventListener('abort', () => reject(new AppError('cancelled', 'Something else was asked for.')));
    });
    this.#parts.say(SAY.trying());
    try {
      const plan = await askEngine(this.#parts.connect, (client) =>
        // A runtime that starts hears no stop: its worker is ended at once.
        Promise.race([client.planModel(args, { signal: stop.signal }), stopped]),
      );
      this.#found = new Map([...this.#found, [about, plan]]);
      this.#parts.say(planSentence(plan));
    } catch (error) {
      this.#parts.report(error);
    } finally {
      if (this.#asked === asked) this.#asked = null;
    }
  }

  /** Ends it: a load makes the same short run. */
  stop(): void {
    this.#asked?.stop.abort();
    this.#asked = null;
  }
}
