/**
 * The line to the engine: whether one is there, what it is doing, what it last said and what went wrong; one call at a
 * time. Takes a factory, so that a dead worker is replaced by a new one and tests bring their own engine.
 */
import { progressSentence, SAY } from '../../content/status.ts';
import { planSentence } from '../../content/trial.ts';
import { throwIfStopped } from '../../base/abort.ts';
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { AppError } from '../../base/errors.ts';
import type { EnginePlan } from '../../models/device-trial.ts';
import type { BackendChoice, EngineMemory, EngineStatus, LoadProgress } from '../../models/engine-report.ts';
import type { ModelSource } from '../../models/model-source.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { EngineClient } from '../../worker/client/engine-client.ts';
import type { PackedReadings } from '../../probe/training-plan.ts';
import type { ProbeToUse, Steps } from '../../worker/protocol.ts';
import { answerOrLeave, SILENCE_MS } from './patience.ts';
import { rescueReadings } from './rescue.ts';
import type { Phase } from './phase.ts';

/** What a session needs from outside. */
export interface SessionParts {
  readonly connect: () => EngineClient;
  /** The probe that texts are read with on this model. */
  readonly probeFiles: (model: ModelIdentity) => Promise<ProbeToUse>;
  /** The model to load, and the hosts that its files may come from. */
  readonly model: () => { readonly source: ModelSource; readonly hosts: readonly string[] };
  /** The engine that the reader has chosen; left out, a short run decides. */
  readonly backend?: () => BackendChoice;
  /** Told when it has been loaded. */
  readonly loaded?: (status: EngineStatus) => void;
}

/** One engine: brought in, kept to one call, stopped, lost and brought in again. What is called is its subclass's. */
export class EngineLine {
  readonly #parts: SessionParts;
  #client: EngineClient | null = null;
  #stop: AbortController | null = null;
  #phase = $state.raw<Phase>({ kind: 'absent' });
  #problem = $state.raw<AppError | null>(null);
  #said = $state('');
  #memory = $state.raw<EngineMemory | null>(null);
  #misfit = $state.raw<AppError | null>(null);
  /** How far the probe in use agrees with the model, where it was made on another variant of it. */
  protected agreed = $state.raw<DtypeAgreement | null>(null);
  #again = $state.raw<(() => unknown) | null>(null);
  /** Whether the reader ended what was lost: then nothing of it is to go on. */
  #ended = false;
  #silent = $state(false);
  #silence: ReturnType<typeof setTimeout> | undefined;
  /** What an engine that lost its device had read for training. */
  #rescued: Promise<PackedReadings | null> | null = null;
  /** The load whose {@link fallback} the reader has seen. */
  #acknowledged = $state.raw<EngineStatus | null>(null);

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** What went wrong last, until it is dismissed or something works. */
  get problem(): AppError | null {
    return this.#problem;
  }

  /** Why the chosen probe cannot read the model that is loaded; null where it can. */
  get misfit(): AppError | null {
    return this.status === null ? null : this.#misfit;
  }

  /** What the engine held in memory after its last call; null before there is one. */
  get memory(): EngineMemory | null {
    return this.#memory;
  }

  /** How far the probe in use agrees with the model that is loaded; null where it was made on these very weights. */
  get agreement(): DtypeAgreement | null {
    return this.agreed;
  }

  /** The last event in words, for a polite live region: one an event, never one a token. */
  get said(): string {
    return this.#said;
  }

  /** The engine's own description, once it is loaded and alive. */
  readonly status = $derived.by((): EngineStatus | null => ('status' in this.#phase ? this.#phase.status : null));

  /** Why the engine does not run on the graphics card, until that was {@link acknowledge}d; another load says it again. */
  readonly fallback = $derived.by(() => (this.status === this.#acknowledged ? null : (this.status?.fallback ?? null)));

  /** Whether a call runs that {@link stop} would end. */
  readonly busy = $derived.by(() =>
    [
      'loading',
      'reading',
      'writing',
      'checking',
      'comparing',
      'timing',
      'looking',
      'training',
      'measuring',
      'experimenting',
    ].includes(this.#phase.kind),
  );

  /** Whether it reads inside the sentences of a text, which {@link stop} ends as well; any other call ends it too. */
  readonly refining = $derived.by(() => this.#phase.kind === 'refining');

  /** Whether a text can be read now. */
  readonly ready = $derived.by(() => this.#phase.kind === 'ready' || this.refining);

  /** Whether the running call was asked to stop and has not for {@link SILENCE_MS}; {@link stop} then ends the engine. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Takes {@link fallback} as seen, in every place. */
  acknowledge(): void {
    this.#acknowledged = this.status;
  }

  dismiss(): void {
    this.#problem = null;
  }

  /** Shows a problem that happened elsewhere on the page, e.g. a recording that cannot be read. */
  report(error: unknown): void {
    const problem = AppError.from(error);
    if (problem.code !== 'cancelled') this.#problem = problem;
  }

  /** Announces an event to screen readers. */
  say(sentence: string): void {
    this.#said = sentence;
  }

  /** Asks the running call to end; where it was asked before and is {@link silent}, ends the engine. */
  stop(): void {
    if (this.#silent) {
      this.#ended = true;
      this.#lose(
        new AppError(
          'worker-died',
          'The engine did not answer when it was asked to stop, and was ended. Your text is kept: start the model again.',
        ),
      );
      return;
    }
    if (this.#stop === null || this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#silence = setTimeout(() => {
      this.#silent = true;
      this.say(SAY.silent());
    }, SILENCE_MS);
  }

  /** What a call that the loss of the engine ended has to do once it is back; nothing where the engine is there. */
  onceBack(again: () => unknown): void {
    if (this.#phase.kind === 'lost' && !this.#ended) this.#again = again;
  }

  /** Whether {@link startAgain} would also go on with what the loss ended. */
  get goesOn(): boolean {
    return this.#again !== null;
  }

  /** Brings the model in again after it was lost, and goes on with what ran then. */
  async startAgain(backend: BackendChoice = this.#asked()): Promise<void> {
    const again = this.#again;
    await this.load(backend);
    if (this.ready) again?.();
  }

  /** Brings the model in, with a new worker if there is none. */
  async load(backend: BackendChoice = this.#asked()): Promise<void> {
    if (this.busy) return;
    this.#end();
    this.#problem = null;
    this.#again = null;
    this.#ended = false;
    this.#phase = { kind: 'loading', progress: null, plan: null };
    this.say(SAY.loading());
    const stop = (this.#stop = new AbortController());
    try {
      const client = (this.#client = this.#parts.connect());
      client.onLost((error) => {
        if (client === this.#client) this.#lose(error);
      });
      client.onMemory((memory) => {
        if (client === this.#client) this.#memory = memory;
      });
      const bringIn = async (): Promise<EngineStatus> => {
        const progress = (step: LoadProgress): void => {
          if (client === this.#client) this.#progress(step);
        };
        const { source: model, hosts } = this.#parts.model();
        const status = await client.load(
          { model, hosts, backend },
          { on: { progress, plan: (plan) => this.#planned(client, plan) }, signal: stop.signal },
        );
        await this.#tryProbe(
          client,
          status.model,
          ({ done, total }) => progress({ phase: 'probe', doneTurns: done, totalTurns: total }),
          stop.signal,
        );
        const rescued = await this.#rescued;
        this.#rescued = null;
        if (rescued !== null && rescued.keys.length > 0)
          await client.giveReadings(rescued, { transfer: [rescued.values.buffer] });
        throwIfStopped(stop.signal);
        return status;
      };
      // Bytes stop at once, and what has arrived is being kept then; a runtime that starts a model cannot be stopped.
      const arriving = (): boolean => this.#phase.kind === 'loading' && this.#phase.progress?.phase === 'bytes';
      const status = await answerOrLeave(bringIn(), stop.signal, () => !arriving());
      this.#parts.loaded?.(status);
      this.#phase = { kind: 'ready', status };
      this.say(SAY.ready(status.backend === 'webgpu' ? 'WebGPU' : 'the processor'));
    } catch (error) {
      this.#end();
      this.#phase = { kind: 'absent' };
      this.#fail(error);
    } finally {
      if (stop === this.#stop) this.#heard();
    }
  }

  /** Ends the worker. */
  dispose(): void {
    this.#stop?.abort();
    this.#heard();
    this.#end();
  }

  /** Throws what to do first where no call can be made now. */
  needReady(): void {
    if (this.ready) return;
    throw new AppError(
      'usage',
      this.busy
        ? 'The model is at work. Wait until it has finished, or stop it.'
        : 'The model must be loaded first. Press the button that loads it.',
    );
  }

  /** The engine, if one is there, at work or not. */
  protected get client(): EngineClient | null {
    return this.#client;
  }

  /** The engine for one call, with what was shown of the last problem taken away. Throws as {@link needReady}. */
  protected idle(): { client: EngineClient; status: EngineStatus } {
    this.needReady();
    const { status } = this;
    if (this.#client === null || status === null) throw new AppError('internal', 'The engine is ready and not there.');
    this.makeWay();
    this.#problem = null;
    return { client: this.#client, status };
  }

  /** Ends background work before a call. The engine gets the stop first, and then the call. */
  protected makeWay(): void {
    if (!this.refining || this.status === null) return;
    this.#stop?.abort();
    this.#heard();
    this.#phase = { kind: 'ready', status: this.status };
  }

  /** Shows how far the call is; what comes after its end, when the phase is another, changes nothing. */
  protected goOn(phase: Phase): void {
    if (this.#phase.kind === phase.kind) this.#phase = phase;
  }

  /** Runs one call to its end, shown as `phase`; null when it was stopped or failed, which is then already shown. */
  protected async run<T>(
    phase: Phase & { readonly status: EngineStatus },
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | null> {
    this.#phase = phase;
    const client = this.#client;
    const stop = (this.#stop = new AbortController());
    try {
      return await call(stop.signal);
    } catch (error) {
      const problem = AppError.from(error);
      if (client === this.#client && ['worker-died', 'gpu-device-lost'].includes(problem.code)) this.#lose(problem);
      // What made way for another call, or went with its engine, is nobody's news.
      else if (stop === this.#stop || problem.code !== 'cancelled') this.#fail(problem);
      return null;
    } finally {
      const last = stop === this.#stop;
      if (last) this.#heard();
      if (last && this.#client === client && client !== null) this.#phase = { kind: 'ready', status: phase.status };
    }
  }

  /** A probe that fits has been taken. */
  protected fitted(): void {
    this.#misfit = null;
  }

  /** What the engine had in its memory is gone with it. */
  protected forget(): void {
    // Nothing is remembered here.
  }

  /** Takes the probe in use to the model. One of another model is no reason to have no model: a probe can be trained on it. */
  async #tryProbe(
    client: EngineClient,
    model: ModelIdentity,
    onProgress: (steps: Steps) => void,
    signal: AbortSignal,
  ): Promise<void> {
    this.agreed = null;
    this.#misfit = null;
    try {
      this.agreed = await client.useProbe(await this.#parts.probeFiles(model), {
        on: { progress: onProgress },
        signal,
      });
    } catch (thrown) {
      const problem = AppError.from(thrown);
      if (problem.code !== 'probe-model-mismatch' && problem.code !== 'probe-width-mismatch') throw problem;
      this.#misfit = problem;
    }
  }

  #progress(progress: LoadProgress): void {
    const before = this.#phase.kind === 'loading' ? this.#phase.progress : null;
    const sentence = progressSentence(before, progress);
    if (sentence !== null) this.say(sentence);
    this.#phase = { kind: 'loading', progress, plan: this.#phase.kind === 'loading' ? this.#phase.plan : null };
  }

  /** What the short run found is said while the weights come. */
  #planned(client: EngineClient, plan: EnginePlan): void {
    if (client !== this.#client || this.#phase.kind !== 'loading') return;
    this.say(planSentence(plan));
    this.#phase = { ...this.#phase, plan };
  }

  /** The engine that the reader has chosen for every load. */
  #asked(): BackendChoice {
    return this.#parts.backend?.() ?? 'auto';
  }

  #fail(error: unknown): void {
    const problem = AppError.from(error);
    if (problem.code === 'cancelled') this.say(SAY.stopped());
    else this.#problem = problem;
  }

  /** The call that ran has ended, in whatever way. */
  #heard(): void {
    this.#stop = null;
    clearTimeout(this.#silence);
    this.#silent = false;
  }

  #lose(error: AppError): void {
    this.#heard();
    const client = this.#client;
    if (client !== null && error.code === 'gpu-device-lost') {
      this.#client = null;
      this.#rescued = rescueReadings(client);
    }
    this.#end();
    this.#phase = { kind: 'lost' };
    this.#problem = error;
  }

  #end(): void {
    this.#client?.dispose();
    this.#client = null;
    this.#memory = null;
    this.agreed = null;
    this.forget();
  }
}
