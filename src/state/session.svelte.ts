/**
 * The engine as the page lives with it: what it is doing, what it last said, and what went wrong. Takes a factory, so
 * that a dead worker is replaced by a new one and tests bring their own engine.
 */
import { ENDED, progressSentence, SAY } from '../content/status.ts';
import { throwIfStopped } from '../core/abort.ts';
import { AppError } from '../core/errors.ts';
import type { EngineStatus, LoadProgress, NumbersReport } from '../core/engine-report.ts';
import type { Judgement } from '../core/judgement-types.ts';
import type { ReadingSink, SamplingOptions } from '../core/reading.ts';
import type { SetSource, TrainedProbe, TrainingPlan, TrainingProgress } from '../core/training-plan.ts';
import type { EngineClient } from '../worker/client/engine-client.ts';
import type { ProbeFiles } from '../worker/protocol.ts';
import { answerOrLeave } from './patience.ts';
import type { FinishedRun, Phase } from './phase.ts';
import type { ReadingState } from './reading.svelte.ts';
import { timedSink } from './timed-sink.ts';

/** What a session needs from outside. */
export interface SessionParts {
  readonly connect: () => EngineClient;
  readonly probeFiles: () => Promise<ProbeFiles>;
  readonly manifestUrl: string;
}

/** One engine, one call at a time. */
export class Session {
  readonly #parts: SessionParts;
  #client: EngineClient | null = null;
  #stop: AbortController | null = null;
  #phase = $state.raw<Phase>({ kind: 'absent' });
  #problem = $state.raw<AppError | null>(null);
  #said = $state('');
  #numbers = $state.raw<NumbersReport | null>(null);
  #finished = $state.raw<FinishedRun | null>(null);
  /** The reading that the engine has in its memory and can go on from. */
  #held = $state.raw<ReadingState | null>(null);

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

  /** The last event in words, for a polite live region: one an event, never one a token. */
  get said(): string {
    return this.#said;
  }

  get numbers(): NumbersReport | null {
    return this.#numbers;
  }

  /** The last run that came to an end. */
  get finished(): FinishedRun | null {
    return this.#finished;
  }

  /** The engine's own description, once it is loaded and alive. */
  readonly status = $derived.by((): EngineStatus | null => ('status' in this.#phase ? this.#phase.status : null));

  /** Whether a call runs that {@link stop} would end. */
  readonly busy = $derived.by(() => ['loading', 'reading', 'writing', 'checking', 'training'].includes(this.#phase.kind));

  /** Whether a text can be read now. */
  readonly ready = $derived.by(() => this.#phase.kind === 'ready');

  /** Whether {@link write} would go on from this reading without reading it again. */
  holds(reading: ReadingState | null): boolean {
    return reading !== null && this.#held === reading;
  }

  dismiss(): void {
    this.#problem = null;
  }

  /** Shows a problem that happened elsewhere on the page, e.g. a recording that cannot be read. */
  report(error: unknown): void {
    const problem = AppError.from(error);
    if (problem.code !== 'cancelled') this.#problem = problem;
  }

  /** Says an event to whoever listens instead of looking. */
  say(sentence: string): void {
    this.#said = sentence;
  }

  /** Ends the running call, now. */
  stop(): void {
    this.#stop?.abort();
  }

  /** Brings the model in, with a new worker if there is none. */
  async load(backend: 'auto' | 'wasm' = 'auto'): Promise<void> {
    if (this.busy) return;
    this.#end();
    this.#problem = null;
    this.#phase = { kind: 'loading', progress: null };
    this.say(SAY.loading());
    const stop = (this.#stop = new AbortController());
    try {
      const client = (this.#client = this.#parts.connect());
      client.onLost((error) => {
        if (client === this.#client) this.#lose(error);
      });
      const bringIn = async (): Promise<EngineStatus> => {
        const progress = (step: LoadProgress): void => {
          if (client === this.#client) this.#progress(step);
        };
        const status = await client.load({ manifestUrl: this.#parts.manifestUrl, backend }, progress, stop.signal);
        await client.useProbe(await this.#parts.probeFiles());
        throwIfStopped(stop.signal);
        return status;
      };
      // Bytes stop at once, and what has arrived is being kept then; a runtime that starts a model hears nothing.
      const arriving = (): boolean => this.#phase.kind === 'loading' && this.#phase.progress?.phase === 'bytes';
      const status = await answerOrLeave(bringIn(), stop.signal, () => !arriving());
      this.#phase = { kind: 'ready', status };
      this.say(SAY.ready(status.backend === 'webgpu' ? 'WebGPU' : 'the processor'));
    } catch (error) {
      this.#end();
      this.#phase = { kind: 'absent' };
      this.#fail(error);
    } finally {
      this.#stop = null;
    }
  }

  /** Reads a text into a live reading. */
  async read(text: string, taps: boolean, reading: ReadingState): Promise<boolean> {
    const { client, status } = this.#idle();
    this.#phase = { kind: 'reading', status };
    this.say(SAY.reading());
    const sink: ReadingSink = {
      tap: (tap) => reading.sink.tap(tap),
      tokens: (batch) => {
        // Not before: a text that is refused leaves the one before it in the engine's memory.
        this.#held = null;
        reading.sink.tokens(batch);
      },
    };
    const summary = await this.#run(reading, status, (signal) => client.read({ text, taps }, sink, signal));
    if (summary === null) return false;
    this.#held = reading;
    this.#finished = { ...summary, what: 'read' };
    this.say(SAY.read(reading.tokens.length, reading.taps.length));
    return true;
  }

  /** Goes on writing from the reading that the engine holds. */
  async write(sampling: SamplingOptions, taps: boolean, reading: ReadingState): Promise<boolean> {
    const { client, status } = this.#idle();
    if (!this.holds(reading)) throw new AppError('usage', 'Only the text that was read last can be continued. Read it again first.');
    reading.beginContinuation();
    this.#phase = { kind: 'writing', status, tokensPerSecond: null };
    this.say(SAY.writing());
    const sink = timedSink(reading.sink, (tokensPerSecond) => {
      if (this.#phase.kind === 'writing') this.#phase = { kind: 'writing', status, tokensPerSecond };
    });
    const summary = await this.#run(reading, status, (signal) => client.generate({ sampling, taps }, sink, signal));
    if (summary === null) return false;
    this.#finished = { ...summary, what: 'write' };
    this.say(`${SAY.wrote(summary.tokens)} ${ENDED[summary.ended]}.`);
    return true;
  }

  /** Compares the engine's numbers with the reference that ships with the model. The text in its memory stays there. */
  async check(): Promise<void> {
    const { client, status } = this.#idle();
    this.#numbers = null;
    this.#phase = { kind: 'checking', status, done: 0, total: 0 };
    const step = (done: number, total: number): void => {
      if (this.#phase.kind === 'checking') this.#phase = { kind: 'checking', status, done, total };
    };
    const report = await this.#run(null, status, (signal) => client.checkNumbers(step, signal));
    if (report === null) return;
    this.#numbers = report;
    this.say(SAY.checked(report.passed));
  }

  /** Trains a probe; null when it was stopped or failed, which is then already shown. The text in the engine's memory stays there. */
  async train(plan: TrainingPlan, onProgress: (progress: TrainingProgress) => void): Promise<TrainedProbe | null> {
    this.say(SAY.training());
    const trained = await this.#long(onProgress, (client, step, signal) => client.train(plan, step, signal));
    if (trained !== null) this.say(SAY.trained(plan.title));
    return trained;
  }

  /** Reads a set with a probe that exists; null when it was stopped or failed, which is then already shown. */
  async judge(probe: ProbeFiles, set: SetSource): Promise<Judgement | null> {
    return this.#long(() => undefined, (client, step, signal) => client.judge({ probe, set }, step, signal));
  }

  /** Scores what is read from now on with another probe; without a model the next {@link load} takes it from `parts`. */
  async useProbe(files: ProbeFiles): Promise<void> {
    if (this.#client === null || !this.ready) return;
    await this.#client.useProbe(files);
    // The engine forgets its text with the probe that scored it.
    this.#held = null;
    this.#finished = null;
  }

  /** Ends the worker. */
  dispose(): void {
    this.stop();
    this.#end();
  }

  /** Throws what to do first where no call can be made now. */
  needReady(): void {
    if (this.ready) return;
    throw new AppError('usage', this.busy ? 'The model is at work. Wait until it has finished, or stop it.' : 'The model must be loaded first. Press the button that loads it.');
  }

  async #long<T>(onProgress: (progress: TrainingProgress) => void, call: (client: EngineClient, step: (progress: TrainingProgress) => void, signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const { client, status } = this.#idle();
    this.#phase = { kind: 'training', status, progress: null };
    const step = (progress: TrainingProgress): void => {
      if (this.#phase.kind !== 'training') return;
      this.#phase = { kind: 'training', status, progress };
      onProgress(progress);
    };
    return this.#run(null, status, (signal) => call(client, step, signal));
  }

  #idle(): { client: EngineClient; status: EngineStatus } {
    this.needReady();
    if (this.#client === null || this.#phase.kind !== 'ready') throw new AppError('internal', 'The engine is ready and not there.');
    this.#problem = null;
    this.#finished = null;
    return { client: this.#client, status: this.#phase.status };
  }

  /** Runs one call to its end; null when it was stopped or failed, which is then already shown. */
  async #run<T>(reading: ReadingState | null, status: EngineStatus, call: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
    const client = this.#client;
    const stop = (this.#stop = new AbortController());
    try {
      return await call(stop.signal);
    } catch (error) {
      const problem = AppError.from(error);
      if (client === this.#client && ['worker-died', 'gpu-device-lost'].includes(problem.code)) this.#lose(problem);
      else {
        if (reading !== null && !this.#keepsText(problem, reading)) this.#held = null;
        this.#fail(problem);
      }
      return null;
    } finally {
      reading?.flush();
      this.#stop = null;
      if (this.#client === client && client !== null) this.#phase = { kind: 'ready', status };
    }
  }

  /** Whether the engine still has its text after this: a refused text changed nothing, and writing can go on after a stop. */
  #keepsText(problem: AppError, reading: ReadingState): boolean {
    return problem.code.startsWith('text-') || (problem.code === 'cancelled' && this.#held === reading);
  }

  #progress(progress: LoadProgress): void {
    const before = this.#phase.kind === 'loading' ? this.#phase.progress : null;
    const sentence = progressSentence(before, progress);
    if (sentence !== null) this.say(sentence);
    this.#phase = { kind: 'loading', progress };
  }

  #fail(error: unknown): void {
    const problem = AppError.from(error);
    if (problem.code === 'cancelled') this.say(SAY.stopped());
    else this.#problem = problem;
  }

  #lose(error: AppError): void {
    this.#end();
    this.#phase = { kind: 'lost' };
    this.#problem = error;
  }

  #end(): void {
    this.#client?.dispose();
    this.#client = null;
    this.#held = null;
  }
}
