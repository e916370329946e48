/** Lets the thread answer messages in the middle of long arithmetic. */
import { AppError } from '../core/errors.ts';

/**
 * Gives way to the event loop once, so that progress is drawn and an abort is heard, then throws `cancelled` if
 * `signal` is aborted.
 */
export async function giveWay(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  if (signal?.aborted) throw new AppError('cancelled', 'Stopped.');
}
