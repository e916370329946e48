/** What the engine says about itself and its work: plain data that the worker makes and the page shows. */
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { WeightRounding } from './checkpoint/kept-weights.ts';
import type { EnginePlan } from './device-trial.ts';
import type { GpuCause } from './gpu-cause.ts';
import type { ProductsReport } from './product-forms.ts';

/** Which engine is asked for: the one that a short run finds, or one by name. WebGPU gives way where it cannot be used. */
export type BackendChoice = 'auto' | 'webgpu' | 'wasm';

export type { GpuCause } from './gpu-cause.ts';

/** Builds of the runtime: on the processor; on WebGPU, suspended by the browser, or by code that was compiled to wait. */
export type RuntimeBuild = 'wasm' | 'jspi' | 'asyncify';

/** Where a file's bytes came from; `disk`: from files that the reader picked. */
export type ByteSource = 'network' | 'disk' | 'storage' | 'mixed';

/** What a load is doing. Bytes count all files together; steps after the download have no byte count. */
export type LoadProgress =
  /** Small graphs are run, to find out which engine is right and fast here. */
  | { readonly phase: 'trial' }
  | { readonly phase: 'bytes'; readonly loadedBytes: number; readonly totalBytes: number; readonly source: ByteSource }
  /** Files that the reader picked are hashed before they are taken in. */
  | { readonly phase: 'hashing'; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly phase: 'session' }
  | { readonly phase: 'warm-up'; readonly doneTokens: number; readonly totalTokens: number }
  /** A probe that was made on other weights of the model is measured on these, turn by turn. */
  | { readonly phase: 'probe'; readonly doneTurns: number; readonly totalTurns: number };

/** How tokens are written: captured with direct dispatches, captured, or one pass after the other with the choice in between. */
export type WritingMode = 'direct' | 'captured' | 'stepwise';

/** One way of writing that was tried. */
export interface WriterTrial {
  readonly mode: WritingMode;
  readonly msPerToken: number;
  /** Largest relative difference of a token's residual stream from what is read step by step. */
  readonly relativeError: number;
  /** Whether it wrote the same tokens, greedily and drawn. */
  readonly sameTokens: boolean;
  readonly accepted: boolean;
}

/** How the engine writes, and why not faster. */
export interface WriterStatus {
  readonly mode: WritingMode;
  readonly trials: readonly WriterTrial[];
  /** Null where the fastest way works. */
  readonly reason: string | null;
}

/** The engine as it runs, for the status line and for diagnostics. */
export interface EngineStatus {
  readonly model: ModelIdentity;
  /** What the model is called, and the name that its list of files is kept by. */
  readonly title: string;
  readonly key: string;
  /** Whether conversations can be put into the model's own form. */
  readonly hasChat: boolean;
  readonly contextTokens: number;
  /** Keys and values of one token, in all layers. */
  readonly cacheBytesPerToken: number;
  readonly backend: 'webgpu' | 'wasm';
  readonly runtime: RuntimeBuild;
  /** Set when the backend is not WebGPU. */
  readonly fallback: { readonly cause: GpuCause; readonly detail: string } | null;
  /** What a short run expected before the model was fetched; left out where an engine was asked for by name. */
  readonly plan?: EnginePlan;
  /** Vendor and architecture of the adapter, and whether it computes in software; null on WASM. */
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly description: string;
    readonly software: boolean;
  } | null;
  /** Threads of a pass on the processor; null on WebGPU. */
  readonly threads: number | null;
  /** Largest number of new tokens in one pass that a check has proved right on this adapter. */
  readonly chunkTokens: number;
  /**
   * Whether readouts are read in the passes of the text, and how wrong such passes were when that was proved (relative
   * error; null where it needs no proof).
   */
  readonly branching: boolean;
  readonly branchError: number | null;
  /** What this model's graph cannot be made to do that others can, and why, a sentence each. */
  readonly limits: readonly string[];
  /** How `chunkTokens` was found: largest relative difference between one pass and smaller ones, by size tried. */
  readonly chunkTrials: readonly {
    readonly tokens: number;
    readonly relativeError: number;
    readonly accepted: boolean;
  }[];
  /** Null on the CPU, where tokens are always written step by step. */
  readonly writing: WriterStatus | null;
  /** How packed products are computed on the CPU; null on WebGPU, where they stay as they are. */
  readonly products: ProductsReport | null;
  /** What quantising its weights on the way changed; null where they are kept as they are. */
  readonly rounding: WeightRounding | null;
  readonly bytesFrom: ByteSource;
  /** Whether the files are kept for the next visit, and why not when they are not. */
  readonly kept: { readonly yes: boolean; readonly reason: string | null };
  readonly downloadBytes: number;
  readonly versions: { readonly flipside: string; readonly onnxruntime: string };
}

/** What a graphics device holds, as counted by the buffers made on it. */
export interface GpuMemoryReport {
  readonly bytes: number;
  readonly peakBytes: number;
  readonly buffers: number;
  /** Bytes by what they are for: `runtime` is the weights and what onnxruntime computes in. */
  readonly byKind: Readonly<Record<string, number>>;
}

/** What the engine holds in memory now. */
export interface EngineMemory {
  /** Null on the CPU. */
  readonly gpu: GpuMemoryReport | null;
}

/** A model whose files this browser keeps, wholly or in part. */
export interface StoredModel {
  /** The name that its list of files is kept by. */
  readonly key: string;
  readonly id: string;
  readonly title: string;
  readonly licence: string;
  readonly from: { readonly kind: 'site' | 'local' } | { readonly kind: 'hub'; readonly address: string };
  /** Why it did not start when it was last loaded, in a sentence; null where it did, or has not been tried. */
  readonly unopened: string | null;
  /** When the last of its files came, in milliseconds since 1970; null where none has. */
  readonly changed: number | null;
  /** A file that its host lists by a git blob id has no SHA-256. */
  readonly files: readonly {
    readonly path: string;
    readonly sha256: string | null;
    readonly bytes: number;
    readonly keptBytes: number;
  }[];
}

/**
 * Why a text has fewer readings than were asked for: the probe has no numbers for them, the model cannot branch, or the
 * context has no room.
 */
export type ReadingsLeft = 'probe' | 'branching' | 'context';

/** What it took to read between the ends of sentences. */
export interface RefineSummary {
  /** Readings that were made. */
  readonly readings: number;
  /** Tokens that went through the model for them. */
  readonly readoutTokens: number;
  readonly milliseconds: number;
  /** Null where every place that was asked for has its reading. */
  readonly left: ReadingsLeft | null;
}

/** What a read or a continuation took, and why it ended. */
export interface RunSummary {
  /** Tokens that went through the model: those of the text, and those of readouts. */
  readonly tokens: number;
  readonly readoutTokens: number;
  /** Tokens at the text's beginning that the engine remembered from the text before. */
  readonly remembered: number;
  readonly milliseconds: number;
  /** `repetition`: the words went round and round, and writing was stopped. */
  readonly ended: 'text' | 'length' | 'end-token' | 'context' | 'repetition';
  /** Why the ends of some sentences were not read; absent where all were. */
  readonly left?: ReadingsLeft;
}

/** What it took to write many continuations side by side. */
export interface FuturesSummary {
  readonly lines: number;
  /** Tokens that were written, of all lines together. */
  readonly tokens: number;
  /** Readings that were made. */
  readonly readings: number;
  /** Why there are no readings; null where there are. */
  readonly left: ReadingsLeft | null;
  readonly milliseconds: number;
}

/** One prompt of the numbers check. */
export interface NumbersRow {
  readonly prompt: string;
  /** Largest relative error of the residual stream, by layer `[layers]` (norm of the difference over norm, worst position). */
  readonly residualError: readonly number[];
  readonly logitsError: number;
  readonly greedyMatches: number;
  readonly greedyTotal: number;
}

/** A reference for the numbers check as it lies on disk, not yet validated; `name` is its file's, for messages. */
export interface ReferenceFile {
  readonly bytes: ArrayBuffer;
  readonly name: string;
}

/** The numbers check: rows, the limits they were held to and whether all of them held. */
export interface NumbersReport {
  readonly rows: readonly NumbersRow[];
  /**
   * With what they are compared: PyTorch's float32 values that ship with the model, a reference that was given, a
   * float32 pass of the same rewritten
   * graph on the processor, or nothing, where that would be the same computation again.
   */
  readonly against: 'shipped' | 'given' | 'processor' | 'none';
  /** What was compared with what, in sentences. */
  readonly compared: readonly string[];
  readonly residualLimit: number;
  readonly logitsLimit: number;
  /**
   * Largest difference of the last logits between the untouched graph and the rewritten one; null where that had no room
   * beside this one and there are PyTorch's values to hold this one to.
   */
  readonly untouchedLogitsError: number | null;
  readonly untouchedLimit: number;
  /** Relative error of what is read when a vector is added after each layer; null where the decoder takes none. */
  readonly placeError: number | null;
  /** Relative error of texts that branch off in one pass; null where passes take no branches. */
  readonly branchError: number | null;
  /** Limit of both. */
  readonly ownLimit: number;
  readonly passed: boolean;
}
