/** The engine as it runs in the worker: brings the model in, and reads, writes and checks on one text at a time. */
import type { ChatMessage } from '../text/chat.ts';
import type { EnginePlan } from '../models/device-trial.ts';
import type {
  BackendChoice,
  EngineMemory,
  EngineStatus,
  GpuMemoryReport,
  LoadProgress,
  NumbersReport,
  RefineSummary,
  RunSummary,
  ReferenceFile,
} from '../models/engine-report.ts';
import { AppError } from '../base/errors.ts';
import { planSentence } from '../content/trial.ts';
import type { DirectionKind, DirectionWords, FoundWords, LensReading } from '../lens/lens.ts';
import { adapterIn, containerOf, isCheckpoint } from '../models/checkpoint/checkpoint-offers.ts';
import { BUILT_GRAPH, withDtype } from '../models/model-dtype.ts';
import type { ModelSource } from '../models/model-source.ts';
import type { ModelToRun } from '../models/model-to-run.ts';
import type { ModelIdentity, Probe } from '../probe/probe-types.ts';
import type { ReadingSink, SamplingOptions } from '../reading/reading.ts';
import type { Intervention } from '../steering/steering.ts';
import { VERSION } from '../base/version.ts';
import { assertProbeFits } from '../formats/probe/probe.ts';
import { cacheBytesPerToken } from '../graph/decoder-shape.ts';
import type { Reach } from '../experiments/reach.ts';
import type { Subject } from '../experiments/subject.ts';
import type { SegmentReader } from '../training/reader.ts';
import type { Decoder } from './decoder.ts';
import { EngineEditor, type SteeredBy, type SteeringSink } from './steering/engine-editor.ts';
import { EngineLens } from './lens/engine-lens.ts';
import { createSubject } from './engine-subject.ts';
import { tryDevice } from './capability/try-device.ts';
import { namingGraph } from './model/graph-error.ts';
import { findWords } from './lens/lens-words.ts';
import type { LensRequest } from './lens/lens.ts';
import {
  checkpointOf,
  DECODER_ROLES,
  decoderFilesOf,
  fileAt,
  pathOf,
  textOf,
  tokenizerOf,
} from './model/model-files.ts';
import { placeDecoder, type PlacingParts } from './open-decoder.ts';
import type { DecoderFiles, WebBackend } from './ort/opening.ts';
import { openWebDecoder } from './ort/web-decoder.ts';
import type { SteeredText } from './steering/steered-writing.ts';
import { unreadable } from './refusals/unreadable.ts';
import { modelToRun } from './model/model-to-run.ts';
import { assertReach, roomFor } from './model/run-memory.ts';
import { createScorer, type Scorer } from './scorer.ts';
import { createSegmentReader } from './passages/segment-reader.ts';
import { noteUnopened } from './store/stored-models.ts';
import { type LoadedFiles, loadModelFiles } from './store/load.ts';
import { weightsSha256 } from './store/manifest.ts';
import type { ResolvedModel } from './store/model-source.ts';
import { withTextHabits } from './text/text-habits.ts';
import { TextRun, type TextRunParts } from './text-run.ts';
import type { TextTokenizer } from './text/tokenizer.ts';
import { checkHere } from './numbers/web-numbers.ts';

/** What is there once a model is loaded. */
interface Loaded {
  /** Where its files are. */
  readonly source: ResolvedModel;
  readonly model: ModelIdentity;
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly endTokens: readonly number[];
  readonly backend: WebBackend;
  readonly chunkTokens: number;
  readonly gpuMemory: () => GpuMemoryReport | null;
  /** Tokens of a pass over prompt sets. */
  readonly setTokens: number;
  readonly lens: EngineLens;
  readonly editor: EngineEditor;
  /** The files, held only where storage does not keep them: the numbers check needs them again. */
  readonly files: DecoderFiles | null;
  /** Bytes of all weights as the runtime is given them. */
  readonly weightBytes: number;
  readonly cacheBytesPerToken: number;
}

/** What WebAssembly can address. */
const WASM_BYTES = 2 ** 32;

/** One model, one probe, one text. Calls must not overlap. */
export class WebEngine {
  readonly #onLost: (error: AppError) => void;
  #loaded: Loaded | null = null;
  #scorer: Scorer | null = null;
  #probe: Probe | null = null;
  #run: TextRun | null = null;

  constructor(onLost: (error: AppError) => void) {
    this.#onLost = onLost;
  }

  /** Loads a model in place of the one before; `auto` tries small graphs first, and tells what they found before weights are fetched. */
  async load(
    args: { model: ModelSource; hosts: readonly string[]; backend: BackendChoice },
    on: { readonly progress: (progress: LoadProgress) => void; readonly plan: (plan: EnginePlan) => void },
    signal: AbortSignal,
  ): Promise<EngineStatus> {
    await this.dispose();
    const onProgress = on.progress;
    const { backend } = args;
    const tried = backend === 'auto' ? await this.#tryDevice(args, on, signal) : null;
    const loaded = await loadModelFiles(tried?.model ?? args.model, {
      roles: [
        ...DECODER_ROLES,
        'tokenizer',
        'tokenizer-config',
        'chat-template',
        ...(args.model.kind === 'site' ? [] : ['generation-config' as const]),
      ],
      hosts: args.hosts,
      onProgress,
      signal,
    });
    const { key } = loaded.model;
    try {
      const status = await this.#open(
        loaded,
        tried?.plan ?? (backend === 'wasm' ? 'wasm' : 'webgpu'),
        onProgress,
        signal,
      );
      await noteUnopened(key, null);
      return status;
    } catch (thrown) {
      const error = isCheckpoint(loaded.manifest)
        ? AppError.from(thrown)
        : namingGraph(
            pathOf(loaded, 'graph'),
            unreadable(thrown, textOf(loaded, 'config'), fileAt(loaded, pathOf(loaded, 'graph'))),
          );
      if (args.model.kind !== 'site' && /^(?:model|numbers)-|^gpu-memory/.test(error.code))
        await noteUnopened(key, error.message);
      throw error;
    }
  }

  /** What a short run says of a model, as {@link load} would find it; the model that is loaded stays. */
  async plan(
    args: { readonly model: ModelSource; readonly hosts: readonly string[] } | { readonly weighed: ModelToRun },
    signal: AbortSignal,
  ): Promise<EnginePlan> {
    const ignore = (): void => undefined;
    const toRun =
      'weighed' in args
        ? args.weighed
        : (await modelToRun(args.model, { hosts: args.hosts, onProgress: ignore, signal })).toRun;
    return tryDevice(toRun, { onTrial: ignore, signal });
  }

  /** What a short run says about this model here, before more than its graph is fetched. */
  async #tryDevice(
    { model: source, hosts }: { readonly model: ModelSource; readonly hosts: readonly string[] },
    on: { readonly progress: (progress: LoadProgress) => void; readonly plan: (plan: EnginePlan) => void },
    signal: AbortSignal,
  ): Promise<{ readonly model: ResolvedModel; readonly plan: EnginePlan }> {
    const { model, toRun } = await modelToRun(source, { hosts, onProgress: on.progress, signal });
    const plan = await tryDevice(toRun, { onTrial: () => on.progress({ phase: 'trial' }), signal });
    on.plan(plan);
    return { model, plan };
  }

  /** Opens a model whose files are there. */
  async #open(
    loaded: LoadedFiles,
    wanted: EnginePlan | Exclude<BackendChoice, 'auto'>,
    onProgress: (progress: LoadProgress) => void,
    signal: AbortSignal,
  ): Promise<EngineStatus> {
    const source = loaded.model;
    const files = decoderFilesOf(loaded);
    const tokenizer = tokenizerOf(loaded);
    const weights = weightsSha256(loaded.manifest.files, loaded.manifest.kept);
    const container = containerOf(loaded.manifest);
    const adapter = adapterIn(loaded.manifest);
    onProgress({ phase: 'session' });
    // Weights of a checkpoint are read from where they lie, so holding its files holds nothing.
    const held = loaded.kept.yes && container === null ? null : files;
    const again = async (stop?: AbortSignal): Promise<DecoderFiles> =>
      held ?? decoderFilesOf(await loadModelFiles(source, { roles: DECODER_ROLES, ...(stop && { signal: stop }) }));
    /** Files that storage has need not stay in memory while they are opened. */
    const usedUp = (stop?: AbortSignal) => (held === null ? { again: () => again(stop) } : {});
    const placed = await placeDecoder({
      files,
      ...usedUp(signal),
      weightsSha256: weights,
      tokenizer,
      ...placing(wanted),
      onProgress,
      signal,
    });
    const { decoder, backend, chunkTokens, setTokens } = placed;
    const model = withTextHabits(
      withDtype(
        {
          id: loaded.manifest.id,
          weightsSha256: weights,
          ...(container !== null && { container }),
          ...(adapter !== null && { adapter }),
          layerCount: decoder.sizes.layerCount,
          hidden: decoder.sizes.hidden,
        },
        container === null ? pathOf(loaded, 'graph') : BUILT_GRAPH,
        placed.shape.numbers,
      ),
      tokenizer,
    );
    const parts = { model, decoder, tokenizer, endTokens: files.config.endTokens, chunkTokens, setTokens };
    const lens = new EngineLens({
      ...parts,
      open: async (stop) =>
        placed.openLens(await again(stop), { mostRows: chunkTokens, ...usedUp(stop), signal: stop }),
    });
    const editor = new EngineEditor({
      ...parts,
      open: async (stop) =>
        openWebDecoder(await again(stop), backend, {
          hooked: true,
          editing: true,
          ...usedUp(stop),
          ...(placed.products !== null && { products: placed.products.trials }),
        }),
    });
    this.#loaded = {
      ...parts,
      source,
      backend,
      gpuMemory: () => placed.gpu?.memory() ?? null,
      lens,
      editor,
      files: held,
      weightBytes: placed.shape.weightBytes + (placed.products?.madeBytes ?? 0),
      cacheBytesPerToken: cacheBytesPerToken(placed.shape),
    };
    // A device that goes away while another decoder is in use (after a fallback, or a second load) is nobody's loss.
    void placed.gpu?.lost.then((error) => this.#loaded?.decoder === decoder && this.#onLost(error));
    return {
      model,
      title: loaded.manifest.title,
      hasChat: tokenizer.hasChat,
      key: source.key,
      contextTokens: files.config.contextTokens,
      cacheBytesPerToken: cacheBytesPerToken(placed.shape),
      backend,
      runtime: placed.gpu?.build ?? 'wasm',
      fallback: placed.fallback,
      ...(typeof wanted === 'object' && { plan: wanted }),
      adapter: placed.adapter,
      threads: placed.threads,
      chunkTokens,
      chunkTrials: placed.trials,
      branching: decoder.branching,
      branchError: placed.branchError,
      limits: placed.shape.limits,
      writing: placed.writing,
      products: placed.products,
      rounding: checkpointOf(loaded)?.rounding() ?? null,
      bytesFrom: loaded.source,
      kept: loaded.kept,
      downloadBytes: loaded.totalBytes,
      versions: { flipside: VERSION, onnxruntime: placed.runtimeVersion },
    };
  }

  /** Scores what is read from now on with this probe. Throws probe errors. */
  useProbe(probe: Probe): void {
    assertProbeFits(probe, this.#needLoaded().model);
    this.#scorer = createScorer(probe);
    this.#probe = probe;
    this.#forgetText();
  }

  /** A conversation in the form that the model was trained on. Throws `usage` where it has none. */
  renderChat(messages: readonly ChatMessage[]): string {
    return this.#needLoaded().tokenizer.chat(messages);
  }

  /** Reads a text; of the text before it stays what both begin with, and all of it where this one is refused. */
  async read(args: { text: string; readouts: boolean }, sink: ReadingSink, signal: AbortSignal): Promise<RunSummary> {
    const loaded = this.#needLoaded();
    if (!this.#scorer) throw noProbe();
    const run = this.#run ?? new TextRun({ ...loaded, scorer: this.#scorer });
    const plan = run.plan(args.text, { readouts: args.readouts });
    this.#run = run;
    return run.readPlan(plan, sink, signal);
  }

  /** Reads inside the sentences of the text read or written last, as {@link TextRun.refine}. */
  async refine(...args: Parameters<TextRun['refine']>): Promise<RefineSummary> {
    if (!this.#run) throw new AppError('text-empty', 'There is no text to read more of yet. Read one first.');
    return this.#run.refine(...args);
  }

  /** Writes on from the text read last. */
  async generate(
    args: { sampling: SamplingOptions; readouts: boolean },
    sink: ReadingSink,
    signal: AbortSignal,
  ): Promise<RunSummary> {
    if (!this.#run) throw new AppError('text-empty', 'There is nothing to continue yet. Read a text first.');
    return this.#run.generate(args.sampling, { readouts: args.readouts }, sink, signal);
  }

  /** Words that the lens can follow. */
  findWords(words: readonly string[], firstToken: boolean): FoundWords {
    return findWords(this.#needLoaded().tokenizer, words, firstToken);
  }

  /** A text through the lens; the text in memory stays. */
  async lens(
    request: Omit<LensRequest, 'layers'>,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<LensReading> {
    return this.#needLoaded().lens.read({ ...request, layers: [] }, onProgress, signal);
  }

  /** A direction of the probe in use through the lens, at one layer. */
  async lensDirection(
    asked: { kind: DirectionKind; layer: number; count: number },
    signal: AbortSignal,
  ): Promise<DirectionWords> {
    if (this.#probe === null) throw noProbe();
    return this.#needLoaded().lens.direction(this.#probe, asked, signal);
  }

  /** The model that is loaded. Throws `internal` without one. */
  get model(): ModelIdentity {
    return this.#needLoaded().model;
  }

  /** What scores with the probe in use. Throws `internal` without one. */
  get scorer(): Scorer {
    if (!this.#scorer) throw noProbe();
    return this.#scorer;
  }

  /** The same; null without a probe. */
  get scorerIfAny(): Scorer | null {
    return this.#scorer;
  }

  /** What reads a text beside the one in memory, whatever scores it. Throws `internal` without a model. */
  get reader(): Omit<TextRunParts, 'scorer'> {
    return this.#needLoaded();
  }

  /** What steers the loaded model. */
  get editor(): EngineEditor {
    return this.#needLoaded().editor;
  }

  /** Writes a text while steered, scored with the probe in use, as {@link EngineEditor.write}; the text in memory stays. */
  async writeSteered(
    ...[text, by, sink, signal, changing]: [
      SteeredText,
      SteeredBy,
      SteeringSink,
      AbortSignal,
      (change: ((intervention: Intervention) => void) | null) => void,
    ]
  ): Promise<RunSummary> {
    const { editor } = this.#needLoaded();
    if (!this.#scorer) throw noProbe();
    return editor.write(text, by, this.#scorer, sink, signal, changing);
  }

  /** Reads segments for training and judging on the loaded model; the text in memory stays. Throws `internal` without one. */
  segmentReader(): SegmentReader {
    return createSegmentReader(this.#needLoaded());
  }

  /**
   * The loaded model under test, which engine reads it, and whether there is room for a run; the text in memory stays.
   * Throws `internal` without one.
   */
  subject(neutral: readonly string[]): {
    readonly subject: Subject;
    readonly backend: WebBackend;
    readonly assertRoom: (reach: Reach) => void;
  } {
    const loaded = this.#needLoaded();
    const model = { ...loaded, sizes: loaded.decoder.sizes, start: (text: string) => loaded.tokenizer.start(text) };
    return {
      assertRoom: (reach) => {
        assertReach(reach, model);
        // A graphics card says itself what it has no room for.
        if (loaded.backend === 'wasm') roomFor(model, reach.steers, WASM_BYTES);
      },
      subject: createSubject({ ...loaded, neutral, editor: (signal) => loaded.editor.decoder(signal) }),
      backend: loaded.backend,
    };
  }

  /** The numbers check on this device, against a reference that is given or the one that lies with the model. */
  checkNumbers(
    given: ReferenceFile | null,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<NumbersReport> {
    return checkHere(this.#needLoaded(), given, onProgress, signal);
  }

  /** What is held in memory now. */
  memory(): EngineMemory {
    const reports = [this.#loaded?.gpuMemory(), this.#loaded?.editor.memory()].filter(
      (report) => report !== null && report !== undefined,
    );
    return { gpu: reports.length === 0 ? null : reports.reduce(addMemory) };
  }

  /** Frees model, probe and text. */
  async dispose(): Promise<void> {
    this.#forgetText();
    this.#scorer = null;
    this.#probe = null;
    const loaded = this.#loaded;
    this.#loaded = null;
    await loaded?.lens.dispose();
    await loaded?.editor.dispose();
    await loaded?.decoder.dispose();
  }

  #forgetText(): void {
    this.#run?.dispose();
    this.#run = null;
  }

  #needLoaded(): Loaded {
    if (!this.#loaded) throw new AppError('internal', 'No model is loaded.');
    return this.#loaded;
  }
}

/** Where a model is to be opened: a plan is followed, but for causes that opening finds by itself. */
function placing(wanted: EnginePlan | Exclude<BackendChoice, 'auto'>): Pick<PlacingParts, 'wanted' | 'because'> {
  if (wanted === 'wasm') return { wanted };
  if (wanted === 'webgpu' || wanted.engine === 'webgpu' || wanted.cause === null) return { wanted: 'auto' };
  return {
    wanted: 'wasm',
    because: { cause: wanted.cause, detail: `${planSentence(wanted)} ${wanted.detail}`.trim() },
  };
}

/** A model of the reader's own may have no probe yet. */
function noProbe(): AppError {
  return new AppError(
    'probe-model-mismatch',
    'No probe that fits the loaded model is in use, so there is nothing to read it with. Train one on it, or load the embedded model, which the shipped probes fit.',
  );
}

/** What two devices hold together; the peak is at most the sum of theirs. */
function addMemory(a: GpuMemoryReport, b: GpuMemoryReport): GpuMemoryReport {
  const kinds = [...new Set([...Object.keys(a.byKind), ...Object.keys(b.byKind)])];
  return {
    bytes: a.bytes + b.bytes,
    peakBytes: a.peakBytes + b.peakBytes,
    buffers: a.buffers + b.buffers,
    byKind: Object.fromEntries(kinds.map((kind) => [kind, (a.byKind[kind] ?? 0) + (b.byKind[kind] ?? 0)])),
  };
}
