/** An engine without a model: steps of a load, made-up scores, and every way to fail. */
import type { DoseReport, MatchedStrength } from '../../../../src/steering/dose-types.ts';
import type { DtypeAgreement } from '../../../../src/probe/dtype-agreement.ts';
import { AppError } from '../../../../src/base/errors.ts';
import type { ErrorCode } from '../../../../src/base/errors.ts';
import type { EnginePlan } from '../../../../src/models/device-trial.ts';
import type {
  BackendChoice,
  EngineMemory,
  EngineStatus,
  StoredModel,
  NumbersReport,
  RefineSummary,
  RunSummary,
} from '../../../../src/models/engine-report.ts';
import type { Judgement } from '../../../../src/probe/evidence/judgement-types.ts';
import type { DirectionWords, FoundWords, LensReading } from '../../../../src/lens/lens.ts';
import type { TokenPiece } from '../../../../src/reading/reading.ts';
import type { TokenDivergence } from '../../../../src/reading/token-divergence.ts';
import type { PackedReadings, TrainedProbe, TrainingPlan } from '../../../../src/probe/training-plan.ts';
import type { CallOptions, EngineClient } from '../../../../src/worker/client/engine-client.ts';
import { CALL_NAMES, type CallArgs, type DoseArgs } from '../../../../src/worker/protocol.ts';
import { madeUpDose, madeUpMatches } from './fake-interventions.ts';
import { madeUpJudgement } from './sample-judgement.ts';
import { BETRAYAL, cut, insideReadouts, LAYERS, polesFor, scoresFor, readoutsFor, turn, wordsFor } from './sample.ts';
import { sampleBundle } from './sample-bundle.ts';
import { madeUpDirection, madeUpLens, madeUpWords } from './sample-lens.ts';
import { STATUS } from './fake-status.ts';

export { STATUS };

export const NUMBERS: NumbersReport = {
  rows: ['plain', 'chat'].map((prompt) => ({
    prompt,
    residualError: Array.from({ length: LAYERS }, (_, layer) => 1e-6 * (layer + 1)),
    logitsError: 3e-5,
    greedyMatches: 24,
    greedyTotal: 24,
  })),
  against: 'shipped',
  residualLimit: 1e-3,
  logitsLimit: 5e-3,
  untouchedLogitsError: 0,
  untouchedLimit: 5e-3,
  placeError: 2e-7,
  branchError: 3e-7,
  ownLimit: 1e-3,
  compared: ['Compared with the reference of PyTorch.'],
  passed: true,
};

export interface FakeOptions {
  /** Milliseconds between steps; 0 only yields. */
  readonly pace?: number;
  readonly status?: Partial<EngineStatus>;
  /** What a short run found before the load. */
  readonly plan?: EnginePlan;
  readonly failLoad?: ErrorCode;
  readonly failRead?: ErrorCode;
  readonly failTrain?: ErrorCode;
  /** Fails only texts that contain this. */
  readonly failReadOf?: string;
  /** A step before the first tokens of a text, as a slow machine takes it. */
  readonly slowStart?: boolean;
  /** Starting the model neither ends nor hears that it should stop. */
  readonly stuck?: boolean;
  readonly text?: string;
  /** Whether the probe can be read inside sentences; if not, no readings come of it. */
  readonly refines?: boolean;
  readonly failSteering?: ErrorCode;
  /** Tokens of its own after which {@link failSteering} fails; left out, before the first. */
  readonly failSteeringAfter?: number;
  /** Why steered writing ends. */
  readonly steeringEnds?: RunSummary['ended'];
  /** Models whose files the browser keeps. */
  readonly kept?: readonly StoredModel[];
}

/** What a call has that nobody stops or watches. */
export const never = new AbortController().signal;
export const ignore = (): void => undefined;

/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type --
   the static block gives the class every call of the table */
/** Calls that the fake does not answer itself are refused, so that a new call needs nothing here. */
export interface FakeEngine extends EngineClient {}

/** The fake, with a way to kill it from outside. Experiments, patches and lists of models are answered by its subclasses. */
export class FakeEngine {
  static {
    const refused: Record<string, () => Promise<never>> = {};
    for (const name of CALL_NAMES)
      if (!Object.hasOwn(FakeEngine.prototype, name))
        refused[name] = () => Promise.reject(new AppError('usage', `This engine does not answer "${name}".`));
    Object.assign(FakeEngine.prototype, refused);
  }

  disposed = false;
  /** Set, what runs neither ends nor hears that it should stop, as in a worker that hangs, until it {@link hear}s again. */
  deaf = false;
  readonly calls: string[] = [];
  readonly plans: TrainingPlan[] = [];
  /** Which engine each load asked for. */
  readonly backends: BackendChoice[] = [];
  /** What was steered, matched and measured. */
  readonly interventions: (CallArgs<'writeSteered'> | CallArgs<'matchSteering'> | DoseArgs)[] = [];
  /** Strengths that were asked for while a text was being written, each with the tokens that had been told. */
  readonly adjusted: { readonly strength: number; readonly tokens: number }[] = [];
  #lost: (error: AppError) => void = () => undefined;
  #end: (error: AppError) => void = () => undefined;
  readonly #ending = new Promise<never>((_, reject) => (this.#end = reject));
  #dead: AppError | null = null;
  #close: (error: AppError) => void = () => undefined;
  #hear: () => void = () => undefined;
  #tokens = 0;
  /** The text in its memory. */
  #pieces: readonly TokenPiece[] = [];
  readonly #options: FakeOptions;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    this.#ending.catch(() => undefined); // nothing may be under way
  }

  async load({ backend }: CallArgs<'load'>, { on, signal }: CallOptions<'load'> = {}): Promise<EngineStatus> {
    this.calls.push('load');
    this.backends.push(backend);
    const { plan } = this.#options;
    if (plan !== undefined) on?.plan?.(plan);
    const totalBytes = STATUS.downloadBytes;
    for (let step = 0; step <= 8; step += 1) {
      on?.progress?.({ phase: 'bytes', loadedBytes: (totalBytes * step) / 8, totalBytes, source: 'network' });
      await this.#step(signal);
      if (step === 4 && this.#options.failLoad)
        throw new AppError(this.#options.failLoad, 'onnx/model_q4.onnx_data has SHA-256 00…, expected c3….');
    }
    on?.progress?.({ phase: 'session' });
    if (this.#options.stuck) await new Promise(() => undefined);
    await this.#step(signal);
    on?.progress?.({ phase: 'warm-up', doneTokens: 31, totalTokens: 95 });
    await this.#step(signal);
    return { ...STATUS, ...this.#options.status };
  }

  async planModel(args: CallArgs<'planModel'>, { signal }: CallOptions<'planModel'> = {}): Promise<EnginePlan> {
    this.calls.push(`planModel ${'weighed' in args ? 'weighed' : args.model.kind}`);
    await this.#step(signal);
    const { plan } = this.#options;
    if (plan === undefined) throw new AppError('model-fetch-failed', 'The graph of the model did not arrive.');
    return plan;
  }

  useProbe(..._: Parameters<EngineClient['useProbe']>): Promise<DtypeAgreement | null> {
    this.calls.push('useProbe');
    return Promise.resolve(null);
  }

  carryOver(..._: Parameters<EngineClient['carryOver']>): Promise<DtypeAgreement | null> {
    this.calls.push('carryOver');
    return Promise.resolve(null);
  }

  async renderChat({ messages }: CallArgs<'renderChat'>, { signal }: CallOptions<'renderChat'> = {}): Promise<string> {
    this.calls.push(`renderChat ${messages.map((message) => message.role).join(' ')}`);
    await this.#step(signal);
    return `${messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`).join('')}<|im_start|>assistant\n`;
  }

  async read({ text, readouts }: CallArgs<'read'>, { on, signal }: CallOptions<'read'> = {}) {
    this.calls.push(`read ${text.length}`);
    const { failRead, failReadOf } = this.#options;
    if (failRead !== undefined && text.includes(failReadOf ?? ''))
      throw new AppError(failRead, 'The text has 9000 tokens, but this model takes 8192. Shorten it by about 9 %.');
    if (this.#options.slowStart) await this.#step(signal);
    const pieces = cut(text);
    this.#pieces = pieces;
    const scores = scoresFor(pieces.length, turn, 3);
    const words = wordsFor(scores);
    for (let start = 0; start < pieces.length; start += 31) {
      const some = pieces.slice(start, start + 31);
      const part = scores.slice(start * LAYERS, (start + some.length) * LAYERS);
      on?.tokens?.({
        start,
        pieces: some,
        scores: part,
        words: words.slice(start * LAYERS, (start + some.length) * LAYERS),
        poles: polesFor(part),
      });
      await this.#step(signal);
    }
    const readings = readouts ? readoutsFor(pieces, turn, 3) : [];
    for (const readout of readings) on?.readout?.(readout);
    this.#tokens = pieces.length;
    return {
      tokens: pieces.length,
      readoutTokens: 22 * readings.length,
      remembered: 0,
      milliseconds: 1234,
      ended: 'text' as const,
    };
  }

  async refine(_: unknown, { on, signal }: CallOptions<'refine'> = {}): Promise<RefineSummary> {
    if (this.#options.refines === true) this.calls.push('refine');
    const readings = this.#options.refines === true ? insideReadouts(this.#pieces) : [];
    for (const [index, readout] of readings.entries()) {
      await this.#step(signal);
      on?.readout?.(readout);
      on?.progress?.({ done: index + 1, total: readings.length });
    }
    return {
      readings: readings.length,
      readoutTokens: 2 * readings.length,
      milliseconds: 100,
      left: this.#options.refines === true ? null : 'probe',
    };
  }

  async generate({ sampling }: CallArgs<'generate'>, { on, signal }: CallOptions<'generate'> = {}) {
    this.calls.push(`generate ${sampling.maxTokens}`);
    const pieces = cut(this.#options.text ?? ' He slept badly, and in the morning he turned the horse around.').slice(
      0,
      sampling.maxTokens,
    );
    const scores = scoresFor(pieces.length + 1, () => 0.8, 5);
    const words = wordsFor(scores);
    for (const [index, piece] of pieces.entries()) {
      const part = scores.slice((index + 1) * LAYERS, (index + 2) * LAYERS);
      on?.tokens?.({
        start: this.#tokens,
        pieces: [piece],
        scores: part,
        words: words.slice((index + 1) * LAYERS, (index + 2) * LAYERS),
        poles: polesFor(part),
      });
      this.#tokens += 1;
      this.#pieces = [...this.#pieces, piece];
      await this.#step(signal);
    }
    return { tokens: pieces.length, readoutTokens: 0, remembered: 0, milliseconds: 800, ended: 'length' as const };
  }

  findWords({ words, firstToken }: CallArgs<'findWords'>): Promise<FoundWords> {
    this.calls.push(`findWords ${words.join(' ')}`);
    return Promise.resolve(madeUpWords(words, firstToken));
  }

  async lens({ text, top, words }: CallArgs<'lens'>, { on, signal }: CallOptions<'lens'> = {}): Promise<LensReading> {
    const tokens =
      typeof text === 'string' ? cut(text) : text.map((id) => ({ id, text: cut(BETRAYAL)[id]?.text ?? ` w${id}` }));
    this.calls.push(`lens ${tokens.length} of ${words.map(({ text: word }) => word).join('')}`);
    for (let done = 1; done <= 4; done += 1) {
      on?.progress?.({ done: (tokens.length * LAYERS * done) / 4, total: tokens.length * LAYERS });
      await this.#step(signal);
    }
    return madeUpLens(tokens, top, words);
  }

  async lensDirection(
    { kind, layer, count }: CallArgs<'lensDirection'>,
    { signal }: CallOptions<'lensDirection'> = {},
  ): Promise<DirectionWords> {
    this.calls.push(`lensDirection ${kind} ${layer}`);
    await this.#step(signal);
    return madeUpDirection(layer, count);
  }

  async writeSteered(
    args: CallArgs<'writeSteered'>,
    { on, changing, signal }: CallOptions<'writeSteered'> = {},
  ): Promise<RunSummary> {
    const { text, sampling, readouts } = args;
    this.calls.push(`writeSteered ${text.length}`);
    this.interventions.push(args);
    const { failSteering, failSteeringAfter = 0, steeringEnds = 'length' } = this.#options;
    const fail = (): never => {
      throw new AppError(
        failSteering ?? 'internal',
        'This steering breaks the model: its numbers are no longer finite.',
      );
    };
    if (failSteering !== undefined && failSteeringAfter === 0) fail();
    const given = cut(text);
    const own = cut(this.#options.text ?? ' He slept badly, and in the morning he turned the horse around.').slice(
      0,
      sampling.maxTokens,
    );
    const pieces = [...given, ...own];
    const scores = scoresFor(pieces.length, () => 1.4, 6);
    const words = wordsFor(scores);
    const tell = (start: number, end: number): void => {
      const part = scores.slice(start * LAYERS, end * LAYERS);
      on?.tokens?.({
        start,
        pieces: pieces.slice(start, end),
        scores: part,
        words: words.slice(start * LAYERS, end * LAYERS),
        poles: polesFor(part),
      });
    };
    let told = given.length;
    changing?.((strength) => this.adjusted.push({ strength, tokens: told }));
    tell(0, given.length);
    for (; told < pieces.length; told += 1) {
      if (failSteering !== undefined && told - given.length >= failSteeringAfter) fail();
      await this.#step(signal);
      // Every third token, so that there is something to tell apart.
      if (args.when !== null) on?.decision?.({ token: told - 1, reading: -1, steered: told % 3 === 0 });
      tell(told, told + 1);
    }
    for (const readout of readouts ? readoutsFor(pieces, () => 1.4, 6) : []) on?.readout?.(readout);
    return { tokens: own.length, readoutTokens: 0, remembered: 0, milliseconds: 800, ended: steeringEnds };
  }

  async matchSteering(
    args: CallArgs<'matchSteering'>,
    { signal }: CallOptions<'matchSteering'> = {},
  ): Promise<readonly MatchedStrength[]> {
    this.calls.push(`matchSteering ${args.targets.join(' ')}`);
    this.interventions.push(args);
    await this.#step(signal);
    if (this.#options.failSteering)
      throw new AppError(
        this.#options.failSteering,
        'No strength up to 2 lengths of the stream has a KL of 2 nats (95th percentile).',
      );
    return madeUpMatches(args);
  }

  async measureDose(args: DoseArgs, { on, signal }: CallOptions<'measureDose'> = {}): Promise<DoseReport> {
    this.calls.push(`measureDose ${args.targets.join(' ')}`);
    this.interventions.push(args);
    const report = await madeUpDose(args);
    const titles = ['neutral text', report.direction.title, ...report.placebos.map(({ title }) => title)];
    for (const [index, title] of titles.entries()) {
      on?.progress?.({
        stage: index === 0 ? 'ground' : index === 1 ? 'direction' : 'placebos',
        done: Math.max(0, index - 1),
        total: titles.length - 1,
        title,
      });
      await this.#step(signal);
    }
    return report;
  }

  async train(plan: TrainingPlan, { on, signal }: CallOptions<'train'> = {}): Promise<TrainedProbe> {
    this.calls.push(`train ${plan.id}`);
    this.plans.push(plan);
    if (this.#options.failTrain)
      throw new AppError(this.#options.failTrain, 'kind-cruel-24.jsonl line 3.text is empty.');
    for (const stage of ['reading', 'fitting', 'tokens', 'judging'] as const) {
      for (let done = 1; done <= 6; done += 1) {
        on?.progress?.({ stage, done, total: 6 });
        await this.#step(signal);
      }
    }
    return sampleBundle(plan.id);
  }

  async judge({ probe, set }: CallArgs<'judge'>, { on, signal }: CallOptions<'judge'> = {}): Promise<Judgement> {
    const { id } = 'vector' in probe ? { id: probe.name } : (JSON.parse(probe.json) as { id: string });
    this.calls.push(`judge ${id} on ${set.name}`);
    for (let done = 1; done <= 6; done += 1) {
      on?.progress?.({ stage: 'reading', done, total: 6 });
      await this.#step(signal);
    }
    return madeUpJudgement(set);
  }

  /**
   * Nothing up to the first pair behind a token that only one of them has, then 0.1 nats more a token one way round and
   * half of that the other.
   */
  async diverge(
    { a, b, pairs }: CallArgs<'diverge'>,
    { on, signal }: CallOptions<'diverge'> = {},
  ): Promise<TokenDivergence> {
    this.calls.push(
      `diverge ${a.ids.length} ${b.ids.length}${b.steering === null ? '' : ` steered ${b.steering.settings.pole} ${b.steering.settings.from}`}`,
    );
    for (let done = 1; done <= 6; done += 1) {
      on?.progress?.({ done: Math.round((done * pairs.length) / 6), total: pairs.length });
      await this.#step(signal);
    }
    const apart = pairs.findIndex((pair, index) => pair.a !== index || pair.b !== index);
    const ab = Float32Array.from(pairs, (_, index) => (apart < 0 || index < apart ? 0 : 0.1 * (index - apart + 1)));
    return { ab, ba: ab.map((value) => value / 2) };
  }

  async checkNumbers(
    { given }: CallArgs<'checkNumbers'>,
    { on, signal }: CallOptions<'checkNumbers'> = {},
  ): Promise<NumbersReport> {
    this.calls.push(`checkNumbers ${given === null ? 'own' : `${given.name} of ${given.bytes.byteLength}`}`);
    on?.progress?.({ done: 1, total: 2 });
    await this.#step(signal);
    return given === null ? NUMBERS : { ...NUMBERS, against: 'given' };
  }

  listStored(): Promise<readonly StoredModel[]> {
    this.calls.push('listStored');
    return Promise.resolve(this.#options.kept ?? []);
  }

  deleteStored({ key }: CallArgs<'deleteStored'>): Promise<null> {
    this.calls.push(key === null ? 'deleteStored' : `deleteStored ${key}`);
    return Promise.resolve(null);
  }

  checkModel(..._: Parameters<EngineClient['checkModel']>): Promise<null> {
    return Promise.resolve(null);
  }

  /** It trains nothing: see `toy-engine.ts`. */
  takeReadings(..._: Parameters<EngineClient['takeReadings']>): Promise<PackedReadings> {
    return Promise.resolve({ keys: [], lengths: [], values: new Float32Array(0) });
  }

  giveReadings(..._: Parameters<EngineClient['giveReadings']>): Promise<null> {
    return Promise.resolve(null);
  }

  onMemory(callback: (memory: EngineMemory) => void): void {
    callback({
      gpu: {
        bytes: 201_000_000,
        peakBytes: 214_000_000,
        buffers: 900,
        byKind: { runtime: 176_000_000, cache: 23_592_960 },
      },
    });
  }

  onLost(callback: (error: AppError) => void): void {
    this.#lost = callback;
  }

  /** Kills the worker, as a browser does. */
  die(error = new AppError('worker-died', 'The engine worker ended without a word.')): void {
    this.#dead = error;
    // As the real client does: what is under way hears of it at once.
    this.#end(error);
    this.#lost(error);
  }

  /** Answers again, after it was {@link deaf}. */
  hear(): void {
    this.deaf = false;
    this.#hear();
  }

  dispose(): void {
    this.disposed = true;
    this.#close(new AppError('cancelled', 'The engine was closed.'));
  }

  async #step(signal: AbortSignal | undefined): Promise<void> {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, this.#options.pace ?? 0)), this.#ending]);
    if (this.deaf) {
      await new Promise<void>((resolve, reject) => {
        this.#hear = resolve;
        this.#close = reject;
      });
    }
    if (this.#dead !== null) throw this.#dead;
    if (signal?.aborted) throw new AppError('cancelled', 'Stopped.');
  }
}
