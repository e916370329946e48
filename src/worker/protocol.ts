/**
 * Everything that crosses between the page and the engine worker: a closed set of requests, events and replies.
 * Every message carries the id of its request. Errors keep their code and details.
 */
import type { ErrorRecord } from '../core/errors.ts';
import type { ModelIdentity } from '../core/probe-types.ts';
import type { SamplingOptions, TapReading, TokenBatch } from '../core/reading.ts';

/** Why the engine does not run on the graphics processor. A closed list; `content/capability.ts` has the remedies. */
export type GpuCause = 'no-api' | 'insecure-page' | 'no-adapter' | 'limit' | 'device-lost' | 'wrong-numbers';

/** Where a file's bytes came from. */
export type ByteSource = 'network' | 'storage' | 'mixed';

/** What a load is doing. Bytes count all files together; steps after the download have no byte count. */
export type LoadProgress =
  | { readonly phase: 'bytes'; readonly loadedBytes: number; readonly totalBytes: number; readonly source: ByteSource }
  | { readonly phase: 'session' }
  | { readonly phase: 'warm-up'; readonly doneTokens: number; readonly totalTokens: number };

/** The engine as it runs, for the status line and for diagnostics. */
export interface EngineStatus {
  readonly model: ModelIdentity;
  readonly contextTokens: number;
  readonly backend: 'webgpu' | 'wasm';
  /** Set when the backend is not WebGPU. */
  readonly fallback: { readonly cause: GpuCause; readonly detail: string } | null;
  /** Vendor and architecture of the adapter, and whether it computes in software; null on WASM. */
  readonly adapter: { readonly vendor: string; readonly architecture: string; readonly description: string; readonly software: boolean } | null;
  /** Largest number of new tokens in one pass that a check has proved right on this adapter. */
  readonly chunkTokens: number;
  /** How `chunkTokens` was found: largest relative difference between one pass and smaller ones, by size tried. */
  readonly chunkTrials: readonly { readonly tokens: number; readonly relativeError: number; readonly accepted: boolean }[];
  readonly bytesFrom: ByteSource;
  /** Whether the files are kept for the next visit, and why not when they are not. */
  readonly kept: { readonly yes: boolean; readonly reason: string | null };
  readonly downloadBytes: number;
  readonly versions: { readonly flipside: string; readonly onnxruntime: string };
}

/** What a read or a continuation took, and why it ended. */
export interface RunSummary {
  readonly tokens: number;
  readonly tapTokens: number;
  readonly milliseconds: number;
  readonly ended: 'text' | 'length' | 'end-token' | 'context';
}

/** One prompt of the numbers check against the float32 reference that ships with the model. */
export interface NumbersRow {
  readonly prompt: string;
  /** Largest relative error of the residual stream, by layer `[layers]` (norm of the difference over norm, worst position). */
  readonly residualError: readonly number[];
  readonly logitsError: number;
  readonly greedyMatches: number;
  readonly greedyTotal: number;
}

/** The numbers check: rows, the limits they were held to and whether all of them held. */
export interface NumbersReport {
  readonly rows: readonly NumbersRow[];
  readonly residualLimit: number;
  readonly logitsLimit: number;
  /** Largest difference of the last logits between the untouched graph and the rewritten one. */
  readonly untouchedLogitsError: number;
  readonly passed: boolean;
}

/** The two files of a probe as they lie on disk, not yet validated. */
export interface ProbeFiles {
  readonly json: string;
  readonly tensors: ArrayBuffer;
}

/** A request and what its reply holds. */
export interface Calls {
  load: { args: { readonly modelUrl: string; readonly backend: 'auto' | 'wasm' }; value: EngineStatus };
  useProbe: { args: ProbeFiles; value: null };
  read: { args: { readonly text: string; readonly taps: boolean }; value: RunSummary };
  /** Goes on from the text that was read last. */
  generate: { args: { readonly sampling: SamplingOptions; readonly taps: boolean }; value: RunSummary };
  checkNumbers: { args: Record<string, never>; value: NumbersReport };
}

/** The name of a request. */
export type CallName = keyof Calls;

/** From the page to the worker. */
export type Request =
  | { [K in CallName]: { readonly kind: 'call'; readonly id: number; readonly call: K; readonly args: Calls[K]['args'] } }[CallName]
  | { readonly kind: 'cancel'; readonly id: number };

/** Events of a running request. */
export type CallEvent =
  | { readonly event: 'load-progress'; readonly progress: LoadProgress }
  | { readonly event: 'tokens'; readonly batch: TokenBatch }
  | { readonly event: 'tap'; readonly tap: TapReading }
  | { readonly event: 'check-progress'; readonly done: number; readonly total: number };

/** From the worker to the page. */
export type Message =
  | { readonly kind: 'event'; readonly id: number; readonly event: CallEvent }
  | { readonly kind: 'value'; readonly id: number; readonly value: Calls[CallName]['value'] }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorRecord }
  /** The device went away while nothing was asked. */
  | { readonly kind: 'lost'; readonly error: ErrorRecord };
