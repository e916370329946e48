/** Reads the set on the table with a probe that exists: which one, how far it is, what came of it. */
import { AppError } from '../core/errors.ts';
import type { Judgement } from '../core/judgement-types.ts';
import type { Axis } from '../core/probe-types.ts';
import type { SetSource } from '../core/training-plan.ts';
import { offerName, type ProbeCard, type ProbeOffer } from './probe-card.ts';
import type { Probes } from './probes.svelte.ts';
import type { Session } from './session.svelte.ts';
import type { SetBench, SetInfo } from './set-bench.svelte.ts';
import { stepPace, type StepPace } from './step-pace.ts';

/** What a probe reads on a set. */
export interface JudgedSet {
  readonly probe: string;
  readonly card: ProbeCard;
  readonly source: SetSource;
  /** The set's own poles. */
  readonly axis: Axis;
  readonly judgement: Judgement;
  /** Whether the probe is of other poles: then 0.5 is what is hoped for. */
  readonly otherAxis: boolean;
  /** Whether the probe was fitted on this set, or on another state of it: then nothing was held out. */
  readonly trainedOn: boolean;
}

/** The judging of a set. */
export class SetJudging {
  readonly #session: Session;
  readonly #bench: SetBench;
  readonly #probes: Probes;
  readonly #clock: () => number;
  #key = $state<string | null>(null);
  #running = $state(false);
  #pace = $state.raw<StepPace | null>(null);
  #result = $state.raw<JudgedSet | null>(null);

  constructor(parts: { readonly session: Session; readonly bench: SetBench; readonly probes: Probes; readonly clock?: () => number }) {
    this.#session = parts.session;
    this.#bench = parts.bench;
    this.#probes = parts.probes;
    this.#clock = parts.clock ?? (() => performance.now());
  }

  /** The probe to judge: the reader's choice, or the one that texts are read with. */
  readonly offer = $derived.by((): ProbeOffer | null => this.#probes.offer(this.#key ?? '') ?? this.#probes.chosen);

  /** The set on the table; null where there is none. */
  readonly set = $derived.by((): SetInfo | null => this.#bench.chosen?.sets.find((set) => this.#bench.isOpen(set.name)) ?? null);

  get running(): boolean {
    return this.#running;
  }

  /** How far it is; null before the first step and after the last. */
  get pace(): StepPace | null {
    return this.#pace;
  }

  /** What came of the last one. */
  get result(): JudgedSet | null {
    return this.#result;
  }

  /** Whether the result is of the set on the table as it stands now. */
  readonly fresh = $derived.by((): boolean => {
    const now = this.set === null ? null : this.#bench.source(this.set.name);
    return this.#result !== null && now?.name === this.#result.source.name && now.rows === this.#result.source.rows;
  });

  choose(key: string): void {
    this.#key = key;
  }

  /** Judges; stopped or failed, which is then shown, the last result stays. */
  async judge(): Promise<void> {
    if (this.#running) return;
    const session = this.#session;
    try {
      session.needReady();
      const { offer, set } = this;
      const source = set === null ? null : this.#bench.source(set.name);
      if (offer === null || set === null || source === null) throw new AppError('usage', 'There is no set on the table, or no probe to judge on it. Choose an axis, or load the page again.');
      this.#running = true;
      const [card, files] = await Promise.all([offer.card(), offer.files()]);
      const pace = stepPace(this.#clock);
      const judgement = await session.judge(files, source, (progress) => (this.#pace = pace(progress)));
      if (judgement === null) return;
      const names = [set.name, this.#bench.own.sets.find((own) => own.source.name === set.name)?.base];
      this.#result = {
        probe: offerName(offer),
        card,
        source,
        axis: set.axis,
        judgement,
        otherAxis: card.axis.positive !== set.axis.positive || card.axis.negative !== set.axis.negative,
        trainedOn: card.provenance.sets.some(({ name, sha256 }) => sha256 === judgement.sha256 || names.includes(name)),
      };
    } catch (error) {
      session.report(error);
    } finally {
      this.#running = false;
      this.#pace = null;
    }
  }
}
