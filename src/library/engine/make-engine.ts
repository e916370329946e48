/** The engine of the library over either runner of the model: Node in this thread, or a worker of the page. */
import { AppError } from '../../base/errors.ts';
import { type FoundWords, type LensReading, type LensWord, splitSentence } from '../../lens/lens.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { ReadingSink, SamplingOptions } from '../../reading/reading.ts';
import type { Granularity } from '../../reading/refinement.ts';
import { DEFAULT_MODE } from '../../steering/modes.ts';
import { defaultStream } from '../../steering/steering-defaults.ts';
import { checkSteeringSettings, type SteeringSettings } from '../../steering/steering.ts';
import type { Engine, ProbePlace, Score, SteerOptions, WriteOptions } from './engine-types.ts';
import { scoreStream } from './score-stream.ts';
import { scoresInto } from './scores.ts';

/** What runs the model. Calls must not overlap. */
export interface EngineCore extends Pick<Engine, 'model' | 'backend' | 'fallback'> {
  /** Takes a probe, and gives the layer that it is read at. */
  use(probe: ProbePlace): Promise<number>;
  /** Reads a text; gives how many tokens it has. */
  read(text: string, readouts: boolean, sink: ReadingSink, signal: AbortSignal): Promise<number>;
  /** Reads inside the sentences of the text read last. */
  refine(every: Granularity, sink: ReadingSink, signal: AbortSignal): Promise<void>;
  /** Writes on from the text read last. */
  generate(sampling: SamplingOptions, readouts: boolean, sink: ReadingSink, signal: AbortSignal): Promise<void>;
  steer(
    text: string,
    settings: SteeringSettings,
    sampling: SamplingOptions,
    readouts: boolean,
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<void>;
  findWords(words: readonly string[]): Promise<FoundWords>;
  lens(text: string, top: number, words: readonly LensWord[], signal: AbortSignal): Promise<LensReading>;
  dispose(): Promise<void>;
}

const SAMPLING = { temperature: 0.8, topK: 0, topP: 1, seed: 0, maxTokens: 64 };
const TOP = 10;

/** Makes the engine. Calls wait for the one before; a call that fails does not stop the next. */
export function makeEngine(core: EngineCore): Engine {
  let layer: number | null = null;
  let last: Promise<unknown> = Promise.resolve();
  let open = true;

  function inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = last.then(() => {
      if (!open) throw new AppError('usage', 'This engine was disposed of. Open the model again.');
      return call();
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  const streamed = (
    options: { readonly signal?: AbortSignal },
    work: (sinkFor: (given: number) => ReadingSink, signal: AbortSignal) => Promise<void>,
  ): AsyncIterable<Score> =>
    scoreStream<Score>(
      (emit, signal) =>
        inTurn(async () => {
          if (layer === null) throw new AppError('usage', 'There is no probe to score with. Give open or use one.');
          const at = layer;
          await work((given) => scoresInto(emit, at, given), signal);
        }),
      options.signal,
    );

  return {
    model: core.model,
    backend: core.backend,
    fallback: core.fallback,
    get layer() {
      return layer;
    },
    use: (probe) => inTurn(async () => void (layer = await core.use(probe))),
    read: (text, { every = 'sentence', signal } = {}) =>
      streamed(signal === undefined ? {} : { signal }, async (sinkFor, stop) => {
        const sink = sinkFor(Infinity);
        await core.read(text, every !== 'none', sink, stop);
        if (every !== 'none' && every !== 'sentence') await core.refine(every, sink, stop);
      }),
    generate: (text, options = {}) =>
      streamed(options, async (sinkFor, stop) => {
        const readouts = options.readouts ?? true;
        const given = await core.read(text, readouts, sinkFor(Infinity), stop);
        await core.generate(samplingOf(options), readouts, sinkFor(given), stop);
      }),
    steer: (text, options) =>
      streamed(options, async (sinkFor, stop) => {
        const settings = settingsOf(options, core.model);
        const given = await core.read(text, false, { tokens: () => undefined, readout: () => undefined }, stop);
        await core.steer(text, settings, samplingOf(options), options.readouts ?? true, sinkFor(given), stop);
      }),
    lens: (text, { top = TOP, words = [], signal } = {}) =>
      inTurn(async () => {
        const { found, split } = await core.findWords(words);
        const [several] = split;
        if (several !== undefined) throw new AppError('usage', splitSentence(several));
        return core.lens(text, top, found, signal ?? new AbortController().signal);
      }),
    async dispose() {
      await inTurn(() => core.dispose()).catch(() => undefined);
      open = false;
    },
  };
}

function samplingOf(options: WriteOptions): SamplingOptions {
  const { temperature, topK, topP, seed, maxTokens } = { ...SAMPLING, ...options };
  return { temperature, topK, topP, seed, maxTokens };
}

/** Throws `push-invalid`. */
function settingsOf(options: SteerOptions, model: ModelIdentity): SteeringSettings {
  const from = options.from ?? options.to ?? defaultStream(model.layerCount);
  const settings: SteeringSettings = {
    mode: options.mode ?? DEFAULT_MODE,
    pole: options.pole ?? 'positive',
    from,
    to: options.to ?? from,
    strength: options.strength,
    where: options.where ?? 'generated',
  };
  checkSteeringSettings(settings, model);
  return settings;
}
