/** Running an experiment on the loaded model: each part is kept as it ends, so that a reload or a lost device goes on where it was. */
import { AppError } from '../../base/errors.ts';
import type {
  ExperimentArgs,
  ExperimentEstimate,
  ExperimentPart,
  ExperimentProgress,
} from '../../experiments/experiment-run.ts';
import type { ExperimentReport, RunSize } from '../../experiments/experiment-types.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import type { ExperimentCard } from './experiment-card.svelte.ts';
import type { StoredExperiments, RunKey, RunnerKey } from './stored-experiments.ts';
import type { Session } from '../../state/engine/session.svelte.ts';
import { sha256Hex } from '../../state/storage/sha256.ts';

const NONE: Readonly<Record<RunSize, number>> = { quick: 0, full: 0 };

/** What the bench works with. */
export interface ExperimentRunsParts {
  readonly session: Session;
  readonly kept: StoredExperiments;
  readonly card: ExperimentCard;
  readonly stories: () => Promise<SetSource>;
}

/** One experiment, run here. */
export class ExperimentRuns {
  readonly #parts: ExperimentRunsParts;
  #running = $state<RunSize | null>(null);
  #timing = $state(false);
  #progress = $state.raw<ExperimentProgress | null>(null);
  #estimate = $state.raw<{ readonly model: string; readonly estimate: ExperimentEstimate } | null>(null);
  #done = $state.raw<Readonly<Record<RunSize, number>>>(NONE);
  #held = $state.raw<Readonly<Record<RunSize, number>>>(NONE);

  constructor(parts: ExperimentRunsParts) {
    this.#parts = parts;
  }

  /** The size that runs; null where none does. */
  get running(): RunSize | null {
    return this.#running;
  }

  get timing(): boolean {
    return this.#timing;
  }

  /** How far it is; null before the first step and after the last. */
  get progress(): ExperimentProgress | null {
    return this.#progress;
  }

  /** Seconds of each size on what the model runs on; null where that was not timed. */
  readonly estimate = $derived.by((): ExperimentEstimate | null =>
    this.#estimate?.model === this.#model ? this.#estimate.estimate : null,
  );

  /** Units of each size that have run on the loaded model and are kept. */
  get done(): Readonly<Record<RunSize, number>> {
    return this.#done;
  }

  /** Units of each size that are kept, whatever ran them: what there is to say before a model is loaded. */
  get held(): Readonly<Record<RunSize, number>> {
    return this.#held;
  }

  /** Whether there is a spec to run. */
  get possible(): boolean {
    return (this.#parts.card.shipped?.spec ?? null) !== null;
  }

  /**
   * Brings what was measured here before: the report, of the loaded model where it has one, and how much of a run is
   * done. Does not throw: what is not there is measured.
   */
  async settle(): Promise<void> {
    const { card, kept } = this.#parts;
    try {
      const sha256 = await this.#sha256();
      if (sha256 === null) return;
      const report = await kept.report(sha256, this.#runner);
      // What was measured on the loaded model and could not be kept is not put behind what another model left.
      if (report !== null && this.#running === null && !(this.#isLoaded(card.measured) && !this.#isLoaded(report)))
        card.measured = report;
      await this.#count();
    } catch (error) {
      this.#parts.session.report(error);
    }
  }

  /** Times the model. */
  async time(): Promise<void> {
    await this.#attempt(async () => {
      this.#timing = true;
      const { spec, stories, parts } = await this.#args();
      const model = this.#model;
      const estimate = await this.#parts.session.estimateExperiment({ spec, stories, parts });
      if (estimate !== null) this.#estimate = { model, estimate };
    });
  }

  /** Runs what of a size has not run; the result is shown and stored. */
  async run(size: RunSize): Promise<void> {
    const { session, kept, card } = this.#parts;
    await this.#attempt(async () => {
      session.needReady();
      this.#running = size;
      const { key, ...args } = await this.#args();
      /** Written one after another; what the browser refuses is said once, and the run goes on without. */
      let writing = Promise.resolve();
      let refused = false;
      const keep = (part: ExperimentPart): void => {
        this.#done = { ...this.#done, [size]: this.#done[size] + (isUnit(part, size) ? 1 : 0) };
        writing = writing
          .then(() => (refused ? undefined : kept.keep(key, part)))
          .catch((error: unknown) => {
            refused = true;
            session.report(notKept(error));
          });
      };
      const outcome = await session.runExperiment(
        { ...args, size } satisfies ExperimentArgs,
        (progress) => (this.#progress = progress),
        keep,
      );
      await writing;
      if (outcome === null) {
        session.onceBack(() => this.run(size));
        return;
      }
      card.take(outcome);
      await kept.keepOutcome(outcome).catch((error: unknown) => session.report(notKept(error)));
      if (!refused && !(await kept.lasts())) session.report(notKept(null));
    });
  }

  /** Forgets what was measured here. */
  async forget(): Promise<void> {
    const { card, kept } = this.#parts;
    await this.#attempt(async () => {
      const sha256 = await this.#sha256();
      if (sha256 !== null) await kept.forget(sha256);
      card.take(null);
      this.#done = this.#held = NONE;
    });
  }

  async #attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      this.#parts.session.report(error);
    } finally {
      this.#running = null;
      this.#timing = false;
      this.#progress = null;
    }
  }

  async #args(): Promise<Omit<ExperimentArgs, 'size'> & { readonly key: RunKey }> {
    const { kept, card, stories, session } = this.#parts;
    const spec = await card.shipped?.spec?.text();
    const key = this.#key(await this.#sha256());
    if (spec === undefined || key === null)
      throw new AppError(
        'usage',
        session.status === null
          ? 'The model must be loaded first. Press the button that loads it.'
          : 'No spec of this experiment comes with the page, so it cannot be run here.',
      );
    return { spec, key, stories: await stories(), parts: await kept.parts(key) };
  }

  async #count(): Promise<void> {
    const sha256 = await this.#sha256();
    this.#held = sha256 === null ? NONE : await this.#parts.kept.count(sha256);
    const key = this.#key(sha256);
    const parts = key === null ? [] : await this.#parts.kept.parts(key);
    this.#done = {
      quick: parts.filter((part) => isUnit(part, 'quick')).length,
      full: parts.filter((part) => isUnit(part, 'full')).length,
    };
  }

  #key(specSha256: string | null): RunKey | null {
    const runner = this.#runner;
    return runner === null || specSha256 === null ? null : { specSha256, ...runner };
  }

  get #runner(): RunnerKey | null {
    const { status } = this.#parts.session;
    return status === null ? null : { weightsSha256: status.model.weightsSha256, backend: status.backend };
  }

  #isLoaded(report: ExperimentReport | null): boolean {
    return (
      report !== null &&
      report.model.weightsSha256 === this.#runner?.weightsSha256 &&
      report.backend === this.#runner.backend
    );
  }

  async #sha256(): Promise<string | null> {
    const spec = await this.#parts.card.shipped?.spec?.text();
    return spec === undefined ? null : sha256Hex([new TextEncoder().encode(spec)]);
  }

  get #model(): string {
    const { status } = this.#parts.session;
    return status === null ? '' : `${status.model.weightsSha256} ${status.backend}`;
  }
}

function isUnit({ id }: ExperimentPart, size: RunSize): boolean {
  return id.startsWith(`${size}/`) && id !== `${size}/prepared`;
}

function notKept(cause: unknown): AppError {
  return new AppError(
    'storage-refused',
    `What was measured will not be here after this tab is closed${cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : ''}. Save its units as a file.`,
    {},
    cause ?? undefined,
  );
}
