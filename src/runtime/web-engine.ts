/**
 * The engine as it runs in the worker: brings the model in, decides between WebGPU and WASM, proves a pass size, and
 * reads, writes and checks on one text at a time.
 */
import type { EngineStatus, GpuCause, LoadProgress, NumbersReport, RunSummary } from '../core/engine-report.ts';
import { AppError } from '../core/errors.ts';
import type { ModelIdentity } from '../core/probe-types.ts';
import type { ReadingSink, SamplingOptions } from '../core/reading.ts';
import { VERSION } from '../core/version.ts';
import { assertProbeFits, parseProbe } from '../format/probe.ts';
import { probeGpu, type GpuAnswer } from './capability/probe-gpu.ts';
import { PROOF_TOKENS, proveChunk, type ChunkTrial } from './chunk-proof.ts';
import type { Decoder } from './decoder.ts';
import { checkNumbers } from './numbers-check.ts';
import { openWebDecoder, type DecoderFiles, type OpenedDecoder, type WebBackend } from './ort/web-decoder.ts';
import { keepProof, recallProof, type PassProof } from './proof-memory.ts';
import { PROOF_TEXT } from './proof-text.ts';
import { createScorer, type Scorer } from './scorer.ts';
import { decoderFilesOf, fileEnding, textOf } from './model-files.ts';
import { loadModelFiles } from './store/load.ts';
import { weightsSha256 } from './store/manifest.ts';
import { TextRun } from './text-run.ts';
import { TextTokenizer } from './tokenizer.ts';

/** Tokens a pass on the CPU, which computes any number right: a pass copies the whole cache, so few long ones beat many short ones. */
const WASM_CHUNK_TOKENS = 64;

/** What is there once a model is loaded. */
interface Loaded {
  readonly manifestUrl: string;
  readonly model: ModelIdentity;
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly endTokens: readonly number[];
  readonly backend: WebBackend;
  readonly chunkTokens: number;
}

/** One model, one probe, one text. Calls must not overlap. */
export class WebEngine {
  readonly #onLost: (error: AppError) => void;
  #loaded: Loaded | null = null;
  #scorer: Scorer | null = null;
  #run: TextRun | null = null;

  constructor(onLost: (error: AppError) => void) {
    this.#onLost = onLost;
  }

  /** Loads a model; `auto` takes WebGPU where it works and WASM with the reason where it does not. */
  async load(args: { manifestUrl: string; backend: 'auto' | 'wasm' }, onProgress: (progress: LoadProgress) => void, signal: AbortSignal): Promise<EngineStatus> {
    const files = await loadModelFiles(args.manifestUrl, { roles: ['graph', 'weights', 'tokenizer', 'tokenizer-config', 'config'], onProgress, signal });
    const decoderFiles = decoderFilesOf(files);
    const tokenizer = new TextTokenizer(textOf(files, 'tokenizer'), textOf(files, 'tokenizer-config'));
    onProgress({ phase: 'session' });
    const opened = await this.#open(decoderFiles, tokenizer, args.backend, onProgress);
    const model: ModelIdentity = {
      id: files.manifest.id,
      weightsSha256: weightsSha256(files.manifest.files),
      layerCount: opened.decoder.sizes.layerCount,
      hidden: opened.decoder.sizes.hidden,
    };
    await this.dispose();
    const { decoder, backend, chunkTokens } = opened;
    this.#loaded = { manifestUrl: args.manifestUrl, model, decoder, tokenizer, endTokens: decoderFiles.config.endTokens, backend, chunkTokens };
    return {
      model,
      contextTokens: decoderFiles.config.contextTokens,
      backend,
      fallback: opened.fallback,
      adapter: opened.adapter,
      chunkTokens,
      chunkTrials: opened.trials,
      bytesFrom: files.source,
      kept: files.kept,
      downloadBytes: files.totalBytes,
      versions: { flipside: VERSION, onnxruntime: opened.runtimeVersion },
    };
  }

  /** Scores what follows with this probe. Throws probe errors. */
  useProbe(json: string, tensors: Uint8Array): void {
    const { model } = this.#needLoaded();
    const probe = parseProbe(json, tensors);
    assertProbeFits(probe, model);
    this.#scorer = createScorer(probe);
  }

  /** Reads a text; the text before it is forgotten only once this one has been found readable. */
  async read(args: { text: string; taps: boolean }, sink: ReadingSink, signal: AbortSignal): Promise<RunSummary> {
    const loaded = this.#needLoaded();
    if (!this.#scorer) throw new AppError('internal', 'No probe is chosen.');
    const run = new TextRun({ ...loaded, scorer: this.#scorer });
    this.#run?.dispose();
    this.#run = run;
    return run.read(args.text, { taps: args.taps }, sink, signal);
  }

  /** Writes on from the text read last. */
  async generate(args: { sampling: SamplingOptions; taps: boolean }, sink: ReadingSink, signal: AbortSignal): Promise<RunSummary> {
    if (!this.#run) throw new AppError('text-empty', 'There is nothing to continue yet. Read a text first.');
    return this.#run.generate(args.sampling, { taps: args.taps }, sink, signal);
  }

  /** The numbers check on this device; fetches the reference that lies beside the model. */
  async checkNumbers(onProgress: (done: number, total: number) => void, signal: AbortSignal): Promise<NumbersReport> {
    const loaded = this.#needLoaded();
    const files = await loadModelFiles(loaded.manifestUrl, { roles: ['graph', 'weights', 'config', 'reference'], signal });
    const byName = (ending: string): Uint8Array => fileEnding(files, ending);
    return checkNumbers({
      decoder: loaded.decoder,
      chunkTokens: loaded.chunkTokens,
      untouched: async () => (await openWebDecoder(decoderFilesOf(files), loaded.backend, { tapped: false })).decoder,
      referenceJson: new TextDecoder().decode(byName('.json')),
      referenceTensors: byName('.safetensors'),
      onProgress,
      signal,
    });
  }

  /** Frees model and cache. */
  async dispose(): Promise<void> {
    this.#run?.dispose();
    this.#run = null;
    await this.#loaded?.decoder.dispose();
    this.#loaded = null;
  }

  #needLoaded(): Loaded {
    if (!this.#loaded) throw new AppError('internal', 'No model is loaded.');
    return this.#loaded;
  }

  /** Opens WebGPU where it works; every reason why not ends in WASM with that reason. */
  async #open(files: DecoderFiles, tokenizer: TextTokenizer, wanted: 'auto' | 'wasm', onProgress: (progress: LoadProgress) => void): Promise<Opened> {
    if (wanted === 'wasm') return openWasm(files, { cause: 'chosen', detail: 'The CPU was chosen.' });
    const gpu = await probeGpu();
    if (gpu.ok) {
      let opened: OpenedDecoder | null = null;
      try {
        opened = await openWebDecoder(files, 'webgpu', { tapped: true, onLost: this.#onLost });
        const key = { adapter: gpu.adapter, browser: navigator.userAgent, runtimeVersion: opened.runtimeVersion, graphBytes: files.graph.length };
        const proof = (await recallProof(key)) ?? (await prove(opened.decoder, tokenizer, onProgress));
        await keepProof(key, proof);
        return { ...opened, backend: 'webgpu', fallback: null, adapter: gpu.adapter, ...proof };
      } catch (thrown) {
        // The reader still gets a reading, on the CPU, and is told why it is not on the graphics processor.
        await opened?.decoder.dispose();
        return openWasm(files, { cause: causeOf(AppError.from(thrown)), detail: AppError.from(thrown).message });
      }
    }
    return openWasm(files, { cause: gpu.cause, detail: gpu.detail });
  }
}

interface Opened extends OpenedDecoder {
  readonly backend: WebBackend;
  readonly fallback: { readonly cause: GpuCause; readonly detail: string } | null;
  readonly adapter: Extract<GpuAnswer, { ok: true }>['adapter'] | null;
  readonly chunkTokens: number;
  readonly trials: readonly ChunkTrial[];
}

/** Proves a pass size on ordinary words; this also compiles the shaders. */
function prove(decoder: Decoder, tokenizer: TextTokenizer, onProgress: (progress: LoadProgress) => void): Promise<PassProof> {
  const ids = tokenizer.encode(PROOF_TEXT);
  if (ids.length < PROOF_TOKENS) throw new AppError('internal', `The proof text has only ${ids.length} tokens.`);
  return proveChunk(decoder, ids, (doneTokens, totalTokens) => onProgress({ phase: 'warm-up', doneTokens, totalTokens }));
}

async function openWasm(files: DecoderFiles, fallback: { cause: GpuCause; detail: string }): Promise<Opened> {
  const opened = await openWebDecoder(files, 'wasm', { tapped: true });
  return { ...opened, backend: 'wasm', fallback, adapter: null, chunkTokens: WASM_CHUNK_TOKENS, trials: [] };
}

function causeOf(error: AppError): GpuCause {
  switch (error.code) {
    case 'gpu-device-lost':
      return 'device-lost';
    case 'gpu-limit':
      return 'limit';
    case 'numbers-wrong':
    case 'numbers-not-finite':
      return 'wrong-numbers';
    default:
      return 'session-failed';
  }
}
