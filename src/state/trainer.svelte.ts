/** A training on the page: how to fit, how far it is, what came of it. */
import { AppError } from '../core/errors.ts';
import { DEFAULT_PENALTY } from '../core/fit.ts';
import type { FitMethod } from '../core/probe-types.ts';
import type { TrainingPlan } from '../core/training-plan.ts';
import { Kept } from './kept.ts';
import type { Probes } from './probes.svelte.ts';
import { readOffer } from './read-offer.ts';
import type { Session } from './session.svelte.ts';
import type { SetBench, TrainingTexts } from './set-bench.svelte.ts';
import { stepPace, type StepPace } from './step-pace.ts';
import { readingsOf, type PlannedTexts } from './training-cost.ts';

/** What the reader chooses about the fit. */
export interface TrainingOptions {
  readonly kind: FitMethod['kind'];
  readonly target: FitMethod['target'];
  readonly penalty: number;
  readonly taps: number;
  /** Null: all. */
  readonly stories: number | null;
  readonly shuffles: number;
  /** Whether more texts are read to judge it: luck and moods, the other taps, the control sets. Held-out topics are judged in any case. */
  readonly controls: boolean;
  /** Whether the finished probe is also read on the shipped sets of other axes. */
  readonly others: boolean;
  readonly seed: number;
}

const RATE_KEY = 'flipside.training.ms-a-reading';

/** The trainer. */
export class Trainer {
  readonly #session: Session;
  readonly #bench: SetBench;
  readonly #probes: Probes;
  readonly #kept: Kept;
  readonly #clock: () => number;
  options = $state.raw<TrainingOptions>({ kind: 'ridge', target: 'hardened', penalty: DEFAULT_PENALTY.ridge, taps: 2, stories: null, shuffles: 200, controls: true, others: false, seed: 1 });
  #state = $state.raw<StepPace | null>(null);
  #training = $state(false);
  /** Milliseconds a reading of the last training here, or null. */
  #pace = $state<number | null>(null);
  #trainedBefore = false;
  /** Readings that the present choice takes; null until the texts have come. */
  #readings = $state<number | null>(null);
  /** Milliseconds of the last training. */
  #took = $state<number | null>(null);

  constructor(parts: { readonly session: Session; readonly bench: SetBench; readonly probes: Probes; readonly storage: Storage | null; readonly clock?: () => number }) {
    this.#session = parts.session;
    this.#bench = parts.bench;
    this.#probes = parts.probes;
    this.#kept = new Kept(parts.storage);
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

  get readings(): number | null {
    return this.#readings;
  }

  get took(): number | null {
    return this.#took;
  }

  /** Milliseconds that a training on the present choice would take, by the last one here; null where none has been measured. */
  readonly estimate = $derived.by((): number | null => (this.#pace === null || this.#readings === null ? null : this.#pace * this.#readings));

  /** Changes some of the options; another method starts at its own strength. */
  set(changes: Partial<TrainingOptions>): void {
    const kind = changes.kind ?? this.options.kind;
    const penalty = kind === this.options.kind ? {} : { penalty: DEFAULT_PENALTY[kind] };
    this.options = { ...this.options, ...penalty, ...changes };
  }

  /** How the fit is done. Differences of means have no targets to pull to zero, whatever stands chosen for the other methods. */
  readonly method = $derived.by((): FitMethod => {
    const { kind, target, penalty } = this.options;
    return kind === 'difference-of-means' ? { kind, target: 'poles', penalty: 0 } : { kind, target, penalty };
  });

  /** Counts what the present choice reads. */
  async count(): Promise<void> {
    const { options, method } = this;
    const texts = await this.#bench.texts();
    if (texts !== null && this.options === options) this.#readings = readingsOf(whatToRead(texts, options, method));
  }

  /** Trains on what lies on the bench; the probe becomes `probes.trained`. The key of its offer, or null when stopped or failed, which is then shown. */
  async train(): Promise<string | null> {
    const session = this.#session;
    try {
      session.needReady();
      const plan = await this.#plan();
      this.#training = true;
      const started = this.#clock();
      const pace = stepPace(this.#clock);
      const trained = await session.train(plan, (progress) => (this.#state = pace(progress)));
      if (trained === null) return null;
      const took = this.#clock() - started;
      this.#took = took;
      const offer = readOffer({ key: `trained:${plan.id}:${Date.now()}`, title: plan.title, origin: 'trained', json: async () => trained.json, tensors: async () => trained.tensors.slice(0), reportJson: async () => trained.reportJson });
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
    }
  }

  async #plan(): Promise<TrainingPlan> {
    const texts = await this.#bench.texts();
    if (texts === null) throw new AppError('set-invalid', 'There is no set to train on, or the neutral stories are missing. Choose a set, or load the page again.');
    const reads = whatToRead(texts, this.options, this.method);
    this.#readings = readingsOf(reads);
    const { positive, negative } = texts.axis;
    const title = `${positive.slice(0, 1).toUpperCase()}${positive.slice(1)}–${negative}`;
    return {
      id: slug(`${positive}-${negative}`),
      title,
      about: `Trained on this page from ${texts.sets.map((set) => set.name).join(', ')}.`,
      ...reads,
      method: this.method,
      defaultLayer: null,
      seed: this.options.seed,
      shuffles: this.options.shuffles,
    };
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

/** The texts of a plan. Luck and moods are read where they are pulled to zero, and where it is measured how far they move the probe. */
function whatToRead({ sets, stories, zeros, controls, others }: TrainingTexts, options: TrainingOptions, method: FitMethod): PlannedTexts {
  return {
    sets,
    stories,
    storyCount: options.stories,
    zeros: method.target === 'hardened' || options.controls ? zeros : [],
    controls: options.controls ? controls : [],
    others: options.others ? others : [],
    tapCount: options.taps,
    otherTaps: options.controls,
  };
}

function slug(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60);
  return plain === '' ? 'probe' : plain;
}
