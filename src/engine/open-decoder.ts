/**
 * Decides where a model runs: on WebGPU where it works, else on WASM with the reason from the closed list. On WebGPU a
 * pass size is proved first.
 */
import type { EngineStatus, GpuCause, LoadProgress, WriterStatus } from '../models/engine-report.ts';
import { throwIfStopped } from '../base/abort.ts';
import { AppError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import { describeDecoder } from '../graph/decoder-shape.ts';
import { needsOf, probeGpu, type GpuAnswer } from './capability/probe-gpu.ts';
import { PROOF_TOKENS, proveChunk, toleranceOf, type ChunkTrial } from './proofs/chunk-proof.ts';
import type { DecoderFiles, OpenedDecoder, WebBackend } from './ort/opening.ts';
import { openWebDecoder, wasmRuntime } from './ort/web-decoder.ts';
import type { Writer } from './decoder.ts';
import type { CapturedWriter } from './ort/webgpu/captured-writer.ts';
import {
  keepProof,
  PASS_PROOF,
  PRODUCT_PROOF,
  recallProof,
  WRITER_PROOF,
  type ProofKey,
} from './proofs/proof-memory.ts';
import { PROOF_TEXT } from './proofs/proof-text.ts';
import type { TextTokenizer } from './text/tokenizer.ts';
import { proveWriter, WRITER_PROOF_TOKENS } from './proofs/writer-proof.ts';

/** Tokens a pass on the CPU, which computes any number right: a pass copies the whole cache, so few long ones beat many short ones. */
const WASM_CHUNK_TOKENS = 64;

/** Why nothing faster is tried there; proving it would take minutes. */
const SOFTWARE_REASON = 'This adapter computes in software, where a token takes its time whichever way it is written.';

/**
 * Tokens of a pass over prompt sets on the CPU, where nobody waits for single words: longer ones are no faster, and
 * stop later (docs/decisions/0014).
 */
const WASM_SET_TOKENS = 128;

/** A decoder with how and why it runs where it does. */
export interface PlacedDecoder extends OpenedDecoder {
  readonly backend: WebBackend;
  readonly fallback: EngineStatus['fallback'];
  readonly adapter: EngineStatus['adapter'];
  readonly threads: EngineStatus['threads'];
  readonly chunkTokens: number;
  /** Tokens of a pass over prompt sets. */
  readonly setTokens: number;
  readonly trials: readonly ChunkTrial[];
  /** Relative error of passes with branches where they were proved; null on the CPU. */
  readonly branchError: number | null;
  /** How tokens are written; null on the CPU. */
  readonly writing: WriterStatus | null;
}

/** What {@link placeDecoder} needs. */
export interface PlacingParts {
  readonly files: DecoderFiles;
  /** Brings the same files once more, where they need not stay in memory while they are opened. */
  readonly again?: () => Promise<DecoderFiles>;
  readonly weightsSha256: string;
  readonly tokenizer: TextTokenizer;
  /** `auto`: WebGPU, and WASM where that does not work. */
  readonly wanted: 'auto' | 'wasm';
  /** Why WASM is wanted; left out, it was chosen. */
  readonly because?: { readonly cause: GpuCause; readonly detail: string };
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** Opens the decoder where it works best. Throws `cancelled`, or what stops WASM too (the graph's own errors). */
export async function placeDecoder(parts: PlacingParts): Promise<PlacedDecoder> {
  if (parts.wanted === 'wasm')
    return onWasm(parts, parts.because ?? { cause: 'chosen', detail: 'The CPU was chosen.' });
  const gpu = await probeGpu(needsOf(describeDecoder(parts.files.graph)));
  if (!gpu.ok) return onWasm(parts, { cause: gpu.cause, detail: gpu.detail });
  try {
    return await onWebGpu(parts, gpu);
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.code === 'cancelled') throw error;
    // The reader still gets a reading, on the CPU, and sees why it is not on the graphics processor.
    return onWasm(parts, { cause: causeOf(error), detail: error.message });
  }
}

async function onWebGpu(parts: PlacingParts, gpu: Extract<GpuAnswer, { ok: true }>): Promise<PlacedDecoder> {
  const opened = await openWebDecoder(parts.files, 'webgpu', { hooked: true });
  try {
    throwIfStopped(parts.signal);
    const key = {
      adapter: gpu.adapter,
      browser: navigator.userAgent,
      runtimeVersion: opened.runtimeVersion,
      weightsSha256: parts.weightsSha256,
      flipsideVersion: VERSION,
    };
    const ids = proofIds(parts.tokenizer);
    const known = await recallProof(PASS_PROOF, key);
    const proof = known ?? (await proveChunk(opened.decoder, ids, warmingUp(parts), parts.signal));
    if (known === null) await keepProof(PASS_PROOF, key, proof);
    const branching = opened.decoder.branching && proof.branchError <= toleranceOf(opened.decoder.activations);
    const { writer, status } = await openWriter(
      opened,
      { key, ids, chunkTokens: proof.chunkTokens, software: gpu.adapter.software },
      parts,
    );
    return {
      ...opened,
      decoder: { ...opened.decoder, branching, writer },
      backend: 'webgpu',
      fallback: null,
      adapter: gpu.adapter,
      threads: null,
      setTokens: proof.chunkTokens,
      ...proof,
      writing: status,
    };
  } catch (thrown) {
    // A lost device may fail to be closed as well; the first failure is the one to tell.
    await opened.decoder.dispose().catch(() => undefined);
    throw thrown;
  }
}

/** The writer that this adapter has been proved to run right, if any. */
async function openWriter(
  { decoder, gpu }: OpenedDecoder,
  at: { key: ProofKey; ids: readonly number[]; chunkTokens: number; software: boolean },
  parts: PlacingParts,
): Promise<{ writer: Writer | null; status: WriterStatus }> {
  // A token takes seconds there whichever way it is written, and proving another would take minutes.
  if (at.software || gpu === null)
    return { writer: null, status: { mode: 'stepwise', trials: [], reason: SOFTWARE_REASON } };
  const known = await recallProof(WRITER_PROOF, at.key);
  let opened: CapturedWriter | null = null;
  const open = async (): Promise<CapturedWriter> => (opened = await gpu.openWriter());
  const onProgress = warmingUp(parts);
  let done = 0;
  const proof =
    known ??
    (await proveWriter(
      decoder,
      open,
      at.ids,
      at.chunkTokens,
      () => onProgress((done += 1), WRITER_PROOF_TOKENS),
      parts.signal,
    ));
  // A refusal may pass: only what has been tried is remembered.
  if (known === null && proof.trials.length > 1) await keepProof(WRITER_PROOF, at.key, proof);
  const { rule, ...status } = proof;
  if (proof.mode === 'stepwise') return { writer: null, status };
  try {
    const writer = opened ?? (await open());
    writer.useRule(rule);
    return { writer, status };
  } catch (thrown) {
    // It worked before, so most likely there is no room this time.
    const error = AppError.from(thrown);
    if (error.code === 'gpu-device-lost') throw error;
    return { writer: null, status: { ...status, mode: 'stepwise', reason: error.message } };
  }
}

async function onWasm(parts: PlacingParts, fallback: { cause: GpuCause; detail: string }): Promise<PlacedDecoder> {
  const { version, threads } = await wasmRuntime();
  const adapter = {
    vendor: 'processor',
    architecture: `${navigator.hardwareConcurrency} processors`,
    description: `${threads} threads`,
  };
  const key = {
    adapter,
    browser: navigator.userAgent,
    runtimeVersion: version,
    weightsSha256: parts.weightsSha256,
    flipsideVersion: VERSION,
  };
  const known = await recallProof(PRODUCT_PROOF, key);
  const opened = await openWebDecoder(parts.files, 'wasm', {
    hooked: true,
    products: known ?? 'prove',
    ...(parts.again && { again: parts.again }),
  });
  if (known === null && opened.products !== null) await keepProof(PRODUCT_PROOF, key, opened.products.trials);
  if (parts.signal.aborted) await opened.decoder.dispose();
  throwIfStopped(parts.signal);
  return {
    ...opened,
    backend: 'wasm',
    fallback,
    adapter: null,
    threads,
    chunkTokens: WASM_CHUNK_TOKENS,
    setTokens: WASM_SET_TOKENS,
    trials: [],
    branchError: null,
    writing: null,
  };
}

/** Ordinary words to prove things on; this also compiles the shaders. */
function proofIds(tokenizer: TextTokenizer): readonly number[] {
  const ids = tokenizer.start(PROOF_TEXT);
  if (ids.length < PROOF_TOKENS) throw new AppError('internal', `The proof text has only ${ids.length} tokens.`);
  return ids;
}

function warmingUp({ onProgress }: PlacingParts): (doneTokens: number, totalTokens: number) => void {
  return (doneTokens, totalTokens) => onProgress({ phase: 'warm-up', doneTokens, totalTokens });
}

function causeOf(error: AppError): GpuCause {
  switch (error.code) {
    case 'gpu-device-lost':
      return 'device-lost';
    case 'gpu-memory-refused':
      return 'no-room';
    case 'numbers-wrong':
    case 'numbers-not-finite':
      return 'wrong-numbers';
    default:
      return 'session-failed';
  }
}
