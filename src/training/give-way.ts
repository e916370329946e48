/** Lets the thread answer messages in the middle of long arithmetic. */
import { throwIfStopped } from '../base/abort.ts';
import type { LongCall } from './collect.ts';

/** Awaits the caller's `pause`, so that progress is drawn and an abort is heard, then throws `cancelled` if the call was stopped. */
export async function giveWay({ pause, signal }: LongCall): Promise<void> {
  await pause?.();
  throwIfStopped(signal);
}
