/**
 * Everything that crosses between the page and the engine worker: a closed set of requests, events and replies.
 * Every message carries the id of its request. Errors keep their code and details.
 */
import type { ChatMessage } from '../core/chat.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { EngineMemory, EngineStatus, KeptModel, LoadProgress, NumbersReport, RunSummary } from '../core/engine-report.ts';
import type { Judgement } from '../core/judgement-types.ts';
import type { SamplingOptions, TapReading, TokenBatch } from '../core/reading.ts';
import type { SetSource, TrainedProbe, TrainingPlan, TrainingProgress } from '../core/training-plan.ts';

export type { ByteSource, EngineMemory, EngineStatus, GpuCause, KeptModel, LoadProgress, NumbersReport, NumbersRow, RunSummary } from '../core/engine-report.ts';

/** The two files of a probe as they lie on disk, not yet validated. */
export interface ProbeFiles {
  readonly json: string;
  readonly tensors: ArrayBuffer;
}

/** A control vector (GGUF) as it lies on disk, not yet validated; `name` is its file's, for messages. */
export interface VectorFile {
  readonly vector: ArrayBuffer;
  readonly name: string;
}

/** A request and what its reply holds. */
export interface Calls {
  load: { args: { readonly manifestUrl: string; readonly backend: 'auto' | 'wasm' }; value: EngineStatus };
  useProbe: { args: ProbeFiles; value: null };
  /** A conversation in the model's own form, special tokens spelled out, ending where its answer begins: a text to {@link Calls.read}. */
  renderChat: { args: { readonly messages: readonly ChatMessage[] }; value: string };
  read: { args: { readonly text: string; readonly taps: boolean }; value: RunSummary };
  /** Goes on from the text that was read last. */
  generate: { args: { readonly sampling: SamplingOptions; readonly taps: boolean }; value: RunSummary };
  /** Trains a probe and judges it. The text in the engine's memory stays there. */
  train: { args: TrainingPlan; value: TrainedProbe };
  /** Reads another set with a probe, or a control vector, that exists. */
  judge: { args: { readonly probe: ProbeFiles | VectorFile; readonly set: SetSource }; value: Judgement };
  /** The models whose files this browser keeps; needs no model. */
  listKept: { args: Record<string, never>; value: readonly KeptModel[] };
  /** Deletes them, but for files that another tab is storing at this moment. A model that is loaded goes on. */
  deleteKept: { args: Record<string, never>; value: null };
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
  | { readonly event: 'train-progress'; readonly progress: TrainingProgress }
  | { readonly event: 'check-progress'; readonly done: number; readonly total: number };

/** From the worker to the page. */
export type Message =
  | { readonly kind: 'event'; readonly id: number; readonly event: CallEvent }
  | { readonly kind: 'value'; readonly id: number; readonly value: Calls[CallName]['value'] }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorRecord }
  /** What the engine holds, after each call that it has answered. */
  | { readonly kind: 'memory'; readonly memory: EngineMemory }
  /** The device went away while nothing was asked. */
  | { readonly kind: 'lost'; readonly error: ErrorRecord };
