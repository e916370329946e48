/** Stopping long work between its steps. */
import { AppError } from './errors.ts';

/**
 * Throws `cancelled` once the signal is aborted; without a signal nothing can be stopped. What is kept is for the
 * caller to say, who knows.
 */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AppError('cancelled', 'Stopped.');
}
