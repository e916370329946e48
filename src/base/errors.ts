/**
 * The one error class that people get to see: a code from a closed list, a sentence with the values
 * that were found, and what to do next. It keeps all three across a worker boundary.
 */

/** Every code that Flipside can show. `content/messages.ts` holds the title and help of each. */
export type ErrorCode =
  // what the reader typed
  | 'text-empty'
  | 'text-too-long'
  | 'text-malformed'
  // the model and its files
  | 'model-fetch-failed'
  | 'model-file-altered'
  | 'model-manifest-invalid'
  | 'model-text-invalid'
  | 'model-host-off'
  | 'model-gated'
  | 'model-list-invalid'
  | 'model-variant-missing'
  | 'model-node-missing'
  | 'model-graph-malformed'
  | 'model-checkpoint-invalid'
  | 'model-checkpoint-unknown'
  | 'model-session-failed'
  | 'model-gpu-only'
  | 'numbers-not-finite'
  | 'numbers-wrong'
  // the graphics processor; why a model does not run there at all is a `GpuCause`
  | 'gpu-device-lost'
  | 'gpu-memory-refused'
  // the computer's own memory
  | 'memory-short'
  // steering on the stream
  | 'push-invalid'
  | 'push-too-strong'
  // files from outside
  | 'probe-invalid'
  | 'probe-width-mismatch'
  | 'probe-model-mismatch'
  | 'tensor-file-invalid'
  | 'set-invalid'
  | 'set-row-invalid'
  | 'set-topic-incomplete'
  | 'recording-invalid'
  | 'dose-invalid'
  | 'spec-invalid'
  | 'unit-invalid'
  | 'units-missing'
  | 'link-invalid'
  | 'import-unknown'
  // a chat model beside the model that is read
  | 'second-engine-unavailable'
  | 'second-engine-list-invalid'
  // what the browser keeps
  | 'storage-refused'
  // the program itself
  | 'worker-died'
  | 'cancelled'
  | 'usage'
  | 'internal';

/** Values that explain an error; plain data, so that it can be copied and sent between threads. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

/** An {@link AppError} as plain data, for `postMessage` and for "Copy diagnostics". */
export interface ErrorRecord {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
  readonly stack?: string;
}

/** An error with a code, a full sentence (what happened, with values, and what to do next) and details. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** The error as plain data. */
  toRecord(): ErrorRecord {
    return {
      code: this.code,
      message: this.message,
      details: this.details,
      ...(this.stack === undefined ? {} : { stack: this.stack }),
    };
  }

  /** Rebuilds an error from {@link toRecord}; the stack is the one of the thread where it happened. */
  static fromRecord(record: ErrorRecord): AppError {
    const error = new AppError(record.code, record.message, record.details);
    if (record.stack !== undefined) error.stack = record.stack;
    return error;
  }

  /** Whatever was thrown, as an AppError; what is not one of ours becomes `internal` with the original as its cause. */
  static from(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown;
    if (thrown instanceof DOMExceptionLike && thrown.name === 'AbortError')
      return new AppError('cancelled', 'Stopped.');
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new AppError(
      'internal',
      `${message} This is a fault in Flipside: copy the diagnostics and report it.`,
      {},
      thrown,
    );
  }
}

/** `DOMException` exists in every runtime we use, but not in the type library of the pure core. */
const DOMExceptionLike = (globalThis as unknown as { DOMException: new () => Error }).DOMException;
