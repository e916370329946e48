/** A training on the page: its options, its progress, its result. */
import { AppError } from '../../base/errors.ts';
import { DEFAULT_PENALTY } from '../../probe/fit/fit.ts';
import type { FitMethod } from '../../probe/probe-types.ts';
import { methodOf, planTraining, TRAINING_DEFAULTS, type TrainingOptions } from '../../probe/training-defaults.ts';
import type { TrainingPlan } from '../../probe/training-plan.ts';
import { TextStorage } from '../../state/storage/text-storage.ts';
import type { Probes } from '../../state/probes/probes.svelte.ts';
import { readOffer } from '../../state/probes/read-offer.ts';
import type { Session } from '../../state/engine/session.svelte.ts';
import type { PromptSetEditor } from '../../state/sets/prompt-set-editor.svelte.ts';
import { stepPace, type StepPace } from '../../state/engine/step-pace.ts';
import { readingsOf } from './training-cost.ts';
import { workOf } from './training-work.ts';
import { wholePace } from './whole-pace.ts';

const RATE_KEY = 'flipside.training.ms-a-reading';

/** The trainer. */
export class Trainer {
  readonly #session: Session;
  readonly #bench: PromptSetEditor;
  readonly #probes: Probes;
  readonly #kept: TextStorage;
  readonly #clock: () => number;
  /** Whether the form that leads to a probe is open. */
  opened = $state(false);
  options = $state.raw<TrainingOptions>(TRAINING_DEFAULTS);
  #state = $state.raw<StepPace | null>(null);
  /** Milliseconds that are left of the running training, by its own first texts. */
  #left = $state<number | null>(null);
  #training = $state(false);
  /** Milliseconds a reading of the last training here, or null. */
  #pace = $state<number | null>(null);
  #trainedBefore = false;
  /** Readings that the present choice takes; null until the texts have come. */
  #readings = $state<number | null>(null);
  /** Milliseconds of the last training. */
  #took = $state<number | null>(null);

  constructor(parts: {
    readonly session: Session;
    readonly bench: PromptSetEditor;
    readonly probes: Probes;
    readonly storage: Storage | null;
    readonly clock?: () => number;
  }) {
    this.#session = parts.session;
    this.#bench = parts.bench;
    this.#probes = parts.probes;
    this.#kept = new TextStorage(parts.storage);
    this.#clock = parts.clock ?? (() => performance.now());
    const pace = Number(this.#kept.read(RATE_KEY));
    this.#pace = pace > 0 ? pace : null;
  }

  get training(): boolean {
    return this.#training;
  }

  /** How far it is; null before the first step and after the last. */
  get state(): StepPace | null {
    return this.#state;
  }

  /** Milliseconds that are left of all stages: an estimate, there once a few texts have been read. */
  get left(): number | null {
    return this.#left;
  }

  get readings(): number | null {
    return this.#readings;
  }

  get took(): number | null {
    return this.#took;
  }

  /** Milliseconds that a training on the present choice would take, by the last one here; null where none has been measured. */
  readonly estimate = $derived.by((): number | null =>
    this.#pace === null || this.#readings === null ? null : this.#pace * this.#readings,
  );

  /** Changes some of the options; another method starts at its own strength. */
  set(changes: Partial<TrainingOptions>): void {
    const kind = changes.kind ?? this.options.kind;
    const penalty = kind === this.options.kind ? {} : { penalty: DEFAULT_PENALTY[kind] };
    this.options = { ...this.options, ...penalty, ...changes };
  }

  /** How the fit is done. */
  readonly method = $derived.by((): FitMethod => methodOf(this.options));

  /** Counts what the present choice reads. */
  async count(): Promise<void> {
    const { options } = this;
    const texts = await this.#bench.texts();
    if (texts !== null && this.options === options) this.#readings = readingsOf(planTraining(texts, options));
  }

  /**
   * Trains on what lies on the bench; the probe becomes `probes.trained`. The key of its offer, or null when stopped or
   * failed, which is then shown.
   */
  async train(): Promise<string | null> {
    const session = this.#session;
    try {
      session.needReady();
      const plan = await this.#plan();
      this.#training = true;
      const started = this.#clock();
      const pace = stepPace(this.#clock);
      const whole = wholePace(workOf(plan), this.#clock);
      const trained = await session.train(plan, (progress) => {
        this.#state = pace(progress);
        this.#left = whole(progress);
      });
      if (trained === null) return null;
      const took = this.#clock() - started;
      this.#took = took;
      const offer = readOffer({
        key: `trained:${plan.id}:${Date.now()}`,
        title: plan.title,
        origin: 'trained',
        json: async () => trained.json,
        tensors: async () => trained.tensors.slice(0),
        reportJson: async () => trained.reportJson,
      });
      // Read here already, so that a probe that cannot be shown is a failed training and not an empty page.
      await Promise.all([offer.card(), offer.report()]);
      this.#learnPace(took);
      this.#probes.trained = offer;
      return offer.key;
    } catch (error) {
      session.report(error);
      return null;
    } finally {
      this.#training = false;
      this.#state = null;
      this.#left = null;
    }
  }

  async #plan(): Promise<TrainingPlan> {
    const texts = await this.#bench.texts();
    if (texts === null)
      throw new AppError(
        'set-invalid',
        'There is no set to train on, or the neutral stories are missing. Choose a set, or load the page again.',
      );
    const plan = planTraining(texts, this.options);
    this.#readings = readingsOf(plan);
    return plan;
  }

  #learnPace(took: number): void {
    if (this.#readings === null || this.#readings === 0) return;
    const pace = took / this.#readings;
    // A second training in this tab reads only what is new: it may show that things take longer, not that they take less.
    this.#pace = this.#trainedBefore ? Math.max(pace, this.#pace ?? 0) : pace;
    this.#trainedBefore = true;
    this.#kept.write(RATE_KEY, String(this.#pace));
  }
}
