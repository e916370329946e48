/** Lets the thread answer messages in the middle of long arithmetic. */
import { throwIfStopped } from '../base/abort.ts';

/** A call that lets the thread answer messages now and then, and can be stopped. */
export interface PausingCall {
  readonly signal?: AbortSignal | undefined;
  /**
   * Called between passes and between layers, which take up to a second each: a thread that must answer messages meanwhile
   * gives one that resolves in a later task. Pure code has no timer of its own.
   */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** Awaits the caller's `pause`, so that progress is drawn and an abort is heard, then throws `cancelled` if the call was stopped. */
export async function giveWay({ pause, signal }: PausingCall): Promise<void> {
  await pause?.();
  throwIfStopped(signal);
}
