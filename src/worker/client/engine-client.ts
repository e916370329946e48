/** The engine as the page sees it. The state classes know this interface only; a worker stands behind it. */
import type { AppError } from '../../base/errors.ts';
import type { CallArgs, CallChange, CallListeners, CallName, CallValue, EngineMemory } from '../protocol.ts';

/** How a call is watched, stopped and changed. */
export interface CallOptions<Name extends CallName> {
  /** Called with what it tells while it runs. A listener that throws stops the call, which then throws the same. */
  readonly on?: Partial<CallListeners<Name>>;
  /** Stops it: it then throws `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Gets a function that changes the call while it runs, for a call that can be changed. */
  readonly changing?: (change: (value: CallChange<Name>) => void) => void;
  /** Buffers of its arguments that are handed over, not copied. */
  readonly transfer?: readonly Transferable[];
}

/** A function for each call of `ENGINE_CALLS`, where each is described. */
export type EngineCallers = {
  readonly [Name in CallName]: (args: CallArgs<Name>, options?: CallOptions<Name>) => Promise<CallValue<Name>>;
};

/** A model in a worker. One call runs at a time; others wait. */
export interface EngineClient extends EngineCallers {
  /**
   * Called when the worker or the device dies while nothing runs; the client is useless afterwards but for
   * `takeReadings`, and is to be disposed of.
   */
  onLost(callback: (error: AppError) => void): void;
  /** Called after each call with what the engine holds in memory then. */
  onMemory(callback: (memory: EngineMemory) => void): void;
  /** Ends the worker. */
  dispose(): void;
}
