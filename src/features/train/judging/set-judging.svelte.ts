/** Reads the set on the table with a probe that exists: which one, its progress, its result. */
import type { DtypeAgreement } from '../../../probe/dtype-agreement.ts';
import { AppError } from '../../../base/errors.ts';
import type { Judgement } from '../../../probe/evidence/judgement-types.ts';
import type { MaskedJudgement } from '../../../probe/evidence/masked-judgement.ts';
import type { Axis } from '../../../probe/probe-types.ts';
import type { SetSource, TrainingProgress } from '../../../probe/training-plan.ts';
import { readControlVector } from '../../../formats/containers/gguf.ts';
import type { VectorFile } from '../../../worker/protocol.ts';
import type { PickedFile } from '../../../state/probes/library.svelte.ts';
import { offerName, type ProbeOffer } from '../../../state/probes/probe-card.ts';
import { carriedFiles } from '../../../state/probes/probe-to-use.ts';
import type { Probes } from '../../../state/probes/probes.svelte.ts';
import type { Session } from '../../../state/engine/session.svelte.ts';
import type { PromptSetEditor, SetInfo } from '../../../state/sets/prompt-set-editor.svelte.ts';
import { stepPace, type StepPace } from '../../../state/engine/step-pace.ts';

/** What a probe, or a control vector, reads on a set. */
export interface JudgedSet {
  /** The name that is shown, and the one that files are called by. */
  readonly probe: string;
  readonly id: string;
  /** The probe's own layer; of a control vector, which names none, the one that reads best here. */
  readonly layer: number;
  readonly source: SetSource;
  /** The probe; null for a control vector. */
  readonly offer: ProbeOffer | null;
  /** The set's own poles. */
  readonly axis: Axis;
  readonly judgement: Judgement;
  /** How far the probe agrees with the model, where it was made on another variant of it. */
  readonly agreement: DtypeAgreement | null;
  /** A control vector has no unit: what it reads are no scores, and nobody can say of which axis it is. */
  readonly isVector: boolean;
  /** Whether the probe is of other poles: then 0.5 is what is hoped for. */
  readonly otherAxis: boolean;
  /** Whether the probe was fitted on this set, or on another state of it: then nothing was held out. */
  readonly trainedOn: boolean;
}

/** A control vector that the reader brought; it is lost when the page is closed. */
export interface BroughtVector extends VectorFile {
  readonly key: string;
  /** The model that it says it is for; empty where it does not say. */
  readonly madeFor: string;
  readonly directions: number;
}

/** The judging of a set. */
export class SetJudging {
  readonly #session: Session;
  readonly #bench: PromptSetEditor;
  readonly #probes: Probes;
  readonly #clock: () => number;
  #key = $state<string | null>(null);
  #running = $state(false);
  #pace = $state.raw<StepPace | null>(null);
  #result = $state.raw<JudgedSet | null>(null);
  #masked = $state.raw<{ readonly of: JudgedSet | null; readonly judgement: MaskedJudgement } | null>(null);

  constructor(parts: {
    readonly session: Session;
    readonly bench: PromptSetEditor;
    readonly probes: Probes;
    readonly clock?: () => number;
  }) {
    this.#session = parts.session;
    this.#bench = parts.bench;
    this.#probes = parts.probes;
    this.#clock = parts.clock ?? (() => performance.now());
  }

  /** The probe to judge: the reader's choice, or the one that texts are read with. */
  readonly offer = $derived.by((): ProbeOffer | null => this.#probes.offer(this.#key ?? '') ?? this.#probes.chosen);

  #vectors = $state.raw<readonly BroughtVector[]>([]);

  get vectors(): readonly BroughtVector[] {
    return this.#vectors;
  }

  /** The control vector to judge; null where it is a probe. */
  readonly vector = $derived.by(
    (): BroughtVector | null => this.#vectors.find((vector) => vector.key === this.#key) ?? null,
  );

  /** Key of what is judged next. */
  readonly key = $derived.by((): string | null => this.vector?.key ?? this.offer?.key ?? null);

  /** The set on the table; null where there is none. */
  readonly set = $derived.by(
    (): SetInfo | null => this.#bench.chosen?.sets.find((set) => this.#bench.isOpen(set.name)) ?? null,
  );

  get running(): boolean {
    return this.#running;
  }

  /** How far it is; null before the first step and after the last. */
  get pace(): StepPace | null {
    return this.#pace;
  }

  /** The last result. */
  get result(): JudgedSet | null {
    return this.#result;
  }

  /** What masking did to the probe and the set of {@link result}; null before, and after another judging. */
  get masked(): MaskedJudgement | null {
    return this.#masked?.of === this.#result ? this.#masked.judgement : null;
  }

  /** Whether the result is of the set on the table as it stands now. */
  readonly fresh = $derived.by((): boolean => {
    const now = this.set === null ? null : this.#bench.source(this.set.name);
    return this.#result !== null && now?.name === this.#result.source.name && now.rows === this.#result.source.rows;
  });

  choose(key: string): void {
    this.#key = key;
  }

  /** Takes in a control vector (GGUF) and makes it the one to judge. Throws `tensor-file-invalid`. */
  async bring(file: PickedFile): Promise<void> {
    const vector = await file.arrayBuffer();
    const { name, model, vectors } = readControlVector(new Uint8Array(vector), file.name);
    const brought = {
      key: `vector:${crypto.randomUUID()}`,
      name: name === '' ? file.name : name,
      vector,
      madeFor: model,
      directions: vectors.size,
    };
    this.#vectors = [...this.#vectors, brought];
    this.#key = brought.key;
  }

  /** Judges; stopped or failed, which is then shown, the last result stays. */
  judge(): Promise<void> {
    return this.#long((onProgress) => this.#judge(onProgress));
  }

  /** Masks the `most` telling words of each topic in the set of {@link result}, and reads it again with the same probe. */
  mask(most: number): Promise<void> {
    return this.#long(async (onProgress) => {
      const { result } = this;
      if (result === null || result.offer === null) return;
      const carried = await carriedFiles(result.offer, this.#session);
      if (carried === null) return;
      const judgement = await this.#session.judgeMasked({ probe: carried.files, set: result.source, most }, onProgress);
      if (judgement !== null) this.#masked = { of: result, judgement };
    });
  }

  /** One call at a time, with its pace; what it throws is shown. */
  async #long(call: (onProgress: (progress: TrainingProgress) => void) => Promise<void>): Promise<void> {
    if (this.#running) return;
    try {
      this.#session.needReady();
      this.#running = true;
      const pace = stepPace(this.#clock);
      await call((progress) => void (this.#pace = pace(progress)));
    } catch (error) {
      this.#session.report(error);
    } finally {
      this.#running = false;
      this.#pace = null;
    }
  }

  async #judge(onProgress: (progress: TrainingProgress) => void): Promise<void> {
    const session = this.#session;
    const { offer, vector, set } = this;
    const source = set === null ? null : this.#bench.source(set.name);
    if ((offer === null && vector === null) || set === null || source === null)
      throw new AppError(
        'usage',
        'There is no set on the table, or no probe to judge on it. Choose an axis, or load the page again.',
      );
    if (vector !== null) {
      // A copy: what goes to the worker may be gone here.
      const judgement = await session.judge({ vector: vector.vector.slice(0), name: vector.name }, source, onProgress);
      if (judgement !== null)
        this.#result = {
          probe: vector.name,
          id: fileName(vector.name),
          layer: bestLayer(judgement),
          source,
          offer: null,
          axis: set.axis,
          judgement,
          agreement: null,
          isVector: true,
          otherAxis: false,
          trainedOn: false,
        };
    } else if (offer !== null) {
      const card = await offer.card();
      const carried = await carriedFiles(offer, session);
      if (carried === null) return;
      const judgement = await session.judge(carried.files, source, onProgress);
      if (judgement === null) return;
      const names = [set.name, this.#bench.own.sets.find((own) => own.source.name === set.name)?.base];
      this.#result = {
        probe: offerName(offer),
        id: card.id,
        layer: card.defaultLayer,
        source,
        offer,
        axis: set.axis,
        judgement,
        agreement: carried.agreement,
        isVector: false,
        otherAxis: card.axis.positive !== set.axis.positive || card.axis.negative !== set.axis.negative,
        trainedOn: card.provenance.sets.some(({ name, sha256 }) => sha256 === judgement.sha256 || names.includes(name)),
      };
    }
  }
}

function bestLayer({ auroc }: Judgement): number {
  return auroc.indexOf(Math.max(...auroc));
}

function fileName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return plain === '' ? 'vector' : plain;
}
