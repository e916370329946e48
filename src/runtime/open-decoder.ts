/**
 * Decides where a model runs: on WebGPU where it works, else on WASM with the reason from the closed list. On WebGPU a
 * pass size is proved first.
 */
import type { EngineStatus, GpuCause, LoadProgress } from '../core/engine-report.ts';
import { throwIfStopped } from '../core/abort.ts';
import { AppError } from '../core/errors.ts';
import { VERSION } from '../core/version.ts';
import { describeDecoder } from '../onnx/decoder-taps.ts';
import { probeGpu, type GpuAnswer } from './capability/probe-gpu.ts';
import { CHUNK_TOLERANCE, PROOF_TOKENS, proveChunk, type ChunkTrial, type PassProof } from './chunk-proof.ts';
import { openWebDecoder, type DecoderFiles, type OpenedDecoder, type WebBackend } from './ort/web-decoder.ts';
import { keepProof, recallProof } from './proof-memory.ts';
import { PROOF_TEXT } from './proof-text.ts';
import type { TextTokenizer } from './tokenizer.ts';

/** Tokens a pass on the CPU, which computes any number right: a pass copies the whole cache, so few long ones beat many short ones. */
const WASM_CHUNK_TOKENS = 64;

/** A decoder with how and why it runs where it does. */
export interface PlacedDecoder extends OpenedDecoder {
  readonly backend: WebBackend;
  readonly fallback: EngineStatus['fallback'];
  readonly adapter: EngineStatus['adapter'];
  readonly chunkTokens: number;
  readonly trials: readonly ChunkTrial[];
  /** Relative error of passes with branches where they were proved; null on the CPU. */
  readonly branchError: number | null;
}

/** What {@link placeDecoder} needs. */
export interface PlacingParts {
  readonly files: DecoderFiles;
  readonly weightsSha256: string;
  readonly tokenizer: TextTokenizer;
  readonly wanted: 'auto' | 'wasm';
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** Opens the decoder where it works best. Throws `cancelled`, or what stops WASM too (the graph's own errors). */
export async function placeDecoder(parts: PlacingParts): Promise<PlacedDecoder> {
  if (parts.wanted === 'wasm') return onWasm(parts, { cause: 'chosen', detail: 'The CPU was chosen.' });
  const { largestWeightBytes } = describeDecoder(parts.files.graph);
  const gpu = await probeGpu({ maxBufferSize: largestWeightBytes, maxStorageBufferBindingSize: largestWeightBytes });
  if (!gpu.ok) return onWasm(parts, { cause: gpu.cause, detail: gpu.detail });
  try {
    return await onWebGpu(parts, gpu);
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.code === 'cancelled') throw error;
    // The reader still gets a reading, on the CPU, and is told why it is not on the graphics processor.
    return onWasm(parts, { cause: causeOf(error), detail: error.message });
  }
}

async function onWebGpu(parts: PlacingParts, gpu: Extract<GpuAnswer, { ok: true }>): Promise<PlacedDecoder> {
  const opened = await openWebDecoder(parts.files, 'webgpu', { tapped: true });
  try {
    throwIfStopped(parts.signal);
    const key = { adapter: gpu.adapter, browser: navigator.userAgent, runtimeVersion: opened.runtimeVersion, weightsSha256: parts.weightsSha256, flipsideVersion: VERSION };
    const proof = (await recallProof(key)) ?? (await prove(opened, parts));
    await keepProof(key, proof);
    const branching = opened.decoder.branching && proof.branchError <= CHUNK_TOLERANCE;
    return { ...opened, decoder: { ...opened.decoder, branching }, backend: 'webgpu', fallback: null, adapter: gpu.adapter, ...proof };
  } catch (thrown) {
    // A lost device may fail to be closed as well; the first failure is the one to tell.
    await opened.decoder.dispose().catch(() => undefined);
    throw thrown;
  }
}

async function onWasm(parts: PlacingParts, fallback: { cause: GpuCause; detail: string }): Promise<PlacedDecoder> {
  const opened = await openWebDecoder(parts.files, 'wasm', { tapped: true });
  if (parts.signal.aborted) await opened.decoder.dispose();
  throwIfStopped(parts.signal);
  return { ...opened, backend: 'wasm', fallback, adapter: null, chunkTokens: WASM_CHUNK_TOKENS, trials: [], branchError: null };
}

/** Proves a pass size on ordinary words; this also compiles the shaders. */
function prove(opened: OpenedDecoder, { tokenizer, onProgress, signal }: PlacingParts): Promise<PassProof> {
  const ids = tokenizer.encode(PROOF_TEXT);
  if (ids.length < PROOF_TOKENS) throw new AppError('internal', `The proof text has only ${ids.length} tokens.`);
  return proveChunk(opened.decoder, ids, (doneTokens, totalTokens) => onProgress({ phase: 'warm-up', doneTokens, totalTokens }), signal);
}

function causeOf(error: AppError): GpuCause {
  switch (error.code) {
    case 'gpu-device-lost':
      return 'device-lost';
    case 'numbers-wrong':
    case 'numbers-not-finite':
      return 'wrong-numbers';
    default:
      return 'session-failed';
  }
}
