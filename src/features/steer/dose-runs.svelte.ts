/** Dose and response: what is recorded or was measured here of a probe, and measuring it on the loaded model. */
import type { DoseProgress, DoseReport } from '../../steering/dose-types.ts';
import { comparedWith, DOSE_SEED } from '../../steering/dose-defaults.ts';
import { AppError } from '../../base/errors.ts';
import { defaultStream, MATCH_TARGETS, PLACEBO_TARGETS } from '../../steering/steering-defaults.ts';
import type { Axis } from '../../probe/probe-types.ts';
import type { SteeringWhere } from '../../steering/steering.ts';
import { DEFAULT_MODE, type ScaledMode } from '../../steering/modes.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import type { DoseArgs } from '../../worker/protocol.ts';
import type { BatchPace } from '../../state/engine/batch-pace.svelte.ts';
import { doseBatches, type DosePlan, doseShare } from './dose-cost.ts';
import { StoredDoses } from './stored-doses.ts';
import type { ProbeOffer } from '../../state/probes/probe-card.ts';
import { carriedFiles, probeToUse } from '../../state/probes/probe-to-use.ts';
import type { Probes } from '../../state/probes/probes.svelte.ts';
import type { SteeringChoice } from '../../state/probes/steering-choice.svelte.ts';
import { probeHash } from '../../state/runs/run-record.ts';
import type { Session } from '../../state/engine/session.svelte.ts';
import { type ChoiceOffer, choicesFor, shippedChoices } from '../../state/probes/shipped-choices.ts';
import { type DoseFiles, shippedDose } from '../../state/probes/shipped-dose.ts';

/** Directions that a probe is compared with: ten flipped, three isotropic, an unrelated one. */
const PLACEBOS = 14;

/** Good and bad luck that nobody caused: what moves there is general positivity. */
const LUCK = 'luck';

/** What the reader may choose of a measurement; null: what the page takes by itself. */
export interface DoseChoice {
  readonly mode: ScaledMode;
  readonly from: number | null;
  readonly to: number | null;
  readonly where: SteeringWhere;
  readonly targets: readonly number[];
  readonly placeboTargets: readonly number[];
  /** Name of the set of choices, where several have the poles of the direction. */
  readonly choices: string | null;
  /** Whether the same strengths are tried on choices of another kind. */
  readonly control: boolean | null;
}

/** How far a measurement is. */
export interface DosePace {
  readonly progress: DoseProgress;
  /** Milliseconds that are left; null until there is something to go by. */
  readonly left: number | null;
}

/** What the bench works with. */
export interface DoseRunsParts {
  readonly session: Session;
  readonly choice: SteeringChoice;
  readonly probes: Probes;
  readonly pace: BatchPace;
  readonly storage: Storage | null;
  readonly stories: () => Promise<SetSource>;
  readonly shipped: DoseFiles;
  readonly clock?: () => number;
}

/** The dose–responses of the chosen direction. */
export class DoseRuns {
  readonly #parts: DoseRunsParts;
  readonly #kept: StoredDoses;
  readonly #clock: () => number;
  #found = $state.raw<{
    readonly key: string;
    readonly weights: string | null;
    readonly recorded: DoseReport | null;
    readonly measured: DoseReport | null;
  } | null>(null);
  #wanted = $state<'recorded' | 'measured'>('measured');
  #pace = $state.raw<DosePace | null>(null);
  #running = $state(false);
  #sets = $state.raw<readonly ChoiceOffer[]>([]);
  #plan = $state.raw<DosePlan | null>(null);
  options = $state.raw<DoseChoice>({
    mode: DEFAULT_MODE,
    from: null,
    to: null,
    where: 'generated',
    targets: MATCH_TARGETS,
    placeboTargets: PLACEBO_TARGETS,
    choices: null,
    control: null,
  });

  constructor(parts: DoseRunsParts) {
    this.#parts = parts;
    this.#kept = new StoredDoses(parts.storage);
    this.#clock = parts.clock ?? (() => performance.now());
  }

  readonly #own = $derived.by(() => (this.#found?.key === this.#parts.choice.offer?.key ? this.#found : null));

  /** Hash of the weights that would be steered: those that are loaded, or else the probe's own, once they are known. */
  readonly #weights = $derived.by(
    () => (this.#parts.session.status?.model ?? this.#parts.choice.card?.model)?.weightsSha256 ?? null,
  );

  /** Whether it is known what there is of the chosen direction. */
  readonly settled = $derived.by(() => this.#own !== null);

  readonly recorded = $derived.by((): DoseReport | null => this.#own?.recorded ?? null);

  readonly measured = $derived.by((): DoseReport | null => this.#own?.measured ?? null);

  /** What is on show, and which of the two it is; null where there is neither. */
  readonly shown = $derived.by((): { readonly report: DoseReport; readonly from: 'recorded' | 'measured' } | null => {
    const { recorded, measured } = this;
    const from =
      (this.#wanted === 'measured' ? measured : recorded) === null
        ? measured === null
          ? 'recorded'
          : 'measured'
        : this.#wanted;
    const report = from === 'measured' ? measured : recorded;
    return report === null ? null : { report, from };
  });

  /** The model that what is on show was measured on, where another is loaded: nothing of it is known to hold there. */
  readonly elsewhere = $derived.by((): string | null => {
    const { status } = this.#parts.session;
    const model = this.shown?.report.model;
    return status === null || model === undefined || model.weightsSha256 === status.model.weightsSha256
      ? null
      : model.id;
  });

  get running(): boolean {
    return this.#running;
  }

  /** How far it is; null before the first step and after the last. */
  get pace(): DosePace | null {
    return this.#pace;
  }

  /** The sets of choices between the poles of the direction. */
  readonly offers = $derived.by((): readonly ChoiceOffer[] => choicesFor(this.#sets, this.#parts.choice.axis));

  /** The one that is taken; null where none ship, or they have not come yet. */
  readonly choices = $derived.by(
    (): ChoiceOffer | null => this.offers.find(({ name }) => name === this.options.choices) ?? this.offers[0] ?? null,
  );

  /** Whether it is known that no choices ship for the axis. */
  readonly choiceless = $derived.by(
    () => this.#sets.length > 0 && this.#parts.choice.card !== null && this.choices === null,
  );

  /** Whether the same strengths are tried on luck: by itself for axes about what somebody does to others. */
  readonly controlled = $derived.by(
    () => this.options.control ?? comparedWith(this.#parts.choice.axis).control !== null,
  );

  /** Layers that are steered. */
  readonly layers = $derived.by(() => {
    const from = this.options.from ?? defaultStream(this.#parts.choice.layerCount ?? 30);
    return { from, to: this.options.to ?? from };
  });

  /** Milliseconds that a measurement as it is set takes on what the model runs on; null where nothing was measured there. */
  readonly estimate = $derived.by((): number | null => {
    const { msABatch } = this.#parts.pace;
    return msABatch === null || this.#plan === null ? null : msABatch * doseBatches(this.#plan);
  });

  /** Shows what is recorded, or what was measured here. */
  show(which: 'recorded' | 'measured'): void {
    this.#wanted = which;
  }

  /** Brings what there is of the chosen direction; to be called whenever it changes. Throws `dose-invalid`. */
  async settle(): Promise<void> {
    const { choice, shipped } = this.#parts;
    const { offer } = choice;
    const weights = this.#weights;
    if (offer === null || (this.#found?.key === offer.key && this.#found.weights === weights)) return;
    const found = (recorded: DoseReport | null, measured: DoseReport | null): void => {
      if (this.#parts.choice.offer === offer && this.#weights === weights)
        this.#found = { key: offer.key, weights, recorded, measured };
    };
    let recorded: DoseReport | null = null;
    try {
      recorded = await shippedDose(shipped, offer.key);
    } finally {
      found(recorded, null);
      found(recorded, weights === null ? null : await this.#measuredOf(offer, weights));
    }
  }

  /** Brings the sets of choices, and counts what the measurement as it is set reads. */
  async count(): Promise<void> {
    this.#sets = await shippedChoices();
    const { targets, placeboTargets } = this.options;
    const [choices, control] = [await this.choices?.source(), this.controlled ? await this.#luck() : null];
    this.#plan =
      choices === undefined
        ? null
        : { targets: targets.length, placeboTargets: placeboTargets.length, placebos: PLACEBOS, choices, control };
  }

  /** What is recorded of a probe on these weights, or was measured here, for the strengths in it; does not throw. */
  async strengthsOf(offer: ProbeOffer, weights: string): Promise<DoseReport | null> {
    // A file that cannot be had or read is said where it would be shown.
    const recorded = await shippedDose(this.#parts.shipped, offer.key).catch(() => null);
    return recorded?.model.weightsSha256 === weights ? recorded : this.#measuredOf(offer, weights);
  }

  /** What was measured here. Without a network the files of a probe may not be there; that is said where they are used. */
  async #measuredOf(offer: ProbeOffer, weights: string): Promise<DoseReport | null> {
    if (this.#kept.empty) return null;
    const hash = await probeHash(offer).catch(() => null);
    return hash === null ? null : this.#kept.find(hash, weights);
  }

  /** Measures; the result is shown and stored. A run that is stopped leaves nothing. */
  async measure(): Promise<void> {
    const { session, pace, choice } = this.#parts;
    try {
      session.needReady();
      const { offer } = choice;
      await this.count();
      const args = await this.#args();
      if (args === null) return;
      const plan = this.#plan;
      if (plan === null || offer === null) throw noChoices(choice.axis);
      const done = pace.begin();
      const started = this.#clock();
      const before = this.estimate;
      this.#running = true;
      const report = await session.measureDose(args, (progress) => {
        const elapsed = this.#clock() - started;
        const share = doseShare(
          { ...plan, placebos: progress.total - 1 },
          progress.stage === 'placebos' ? progress.done : 0,
        );
        this.#pace = {
          progress,
          left: share > 0 ? (elapsed * (1 - share)) / share : before === null ? null : Math.max(0, before - elapsed),
        };
      });
      if (report === null) return;
      done(doseBatches({ ...plan, placebos: report.placebos.length }));
      if (!this.#kept.keep(report))
        session.report(
          new AppError(
            'storage-refused',
            'The dose–response will not be here after this tab is closed, for the browser would not store it. Save it as a file.',
          ),
        );
      this.#wanted = 'measured';
      if (this.#found?.key === offer.key) this.#found = { ...this.#found, measured: report };
    } catch (error) {
      session.report(error);
    } finally {
      this.#running = false;
      this.#pace = null;
    }
  }

  /** What is asked; null where a probe of another variant was not measured, which is then shown. */
  async #args(): Promise<DoseArgs | null> {
    const { choice, probes, session, stories } = this.#parts;
    const { offer } = choice;
    const { mode, where, targets, placeboTargets } = this.options;
    const set = await this.choices?.source();
    if (offer === null || set === undefined) throw noChoices(choice.axis);
    const other = probes.offer(`shipped:${comparedWith(choice.axis).unrelated}`);
    const model = session.status?.model;
    const steeringFiles = await carriedFiles(offer, session);
    if (steeringFiles === null || model === undefined) return null;
    choice.agree(offer, model, steeringFiles.agreement);
    return {
      probe: steeringFiles.files,
      settings: { mode, pole: 'positive', ...this.layers, strength: 0, where },
      stories: await stories(),
      targets: [...new Set([...targets, ...placeboTargets])].sort((a, b) => a - b),
      placeboTargets,
      choices: set,
      control: this.controlled ? await this.#luck() : null,
      unrelated: other && (await probeToUse(other, model)),
      seed: DOSE_SEED,
    };
  }

  async #luck(): Promise<SetSource | null> {
    return (await this.#sets.find(({ name }) => name === LUCK)?.source()) ?? null;
  }
}

function noChoices({ positive, negative }: Axis): AppError {
  return new AppError(
    'set-invalid',
    `No choices between ${positive} and ${negative} come with the page, so what steering does to them cannot be measured here. The command takes a set of your own: flipside steer --dose --choices.`,
  );
}
