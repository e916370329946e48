/** Waiting for a call that was asked to stop, but not for ever. */
import { AppError } from '../../base/errors.ts';

/** How long a call that was asked to stop may take to answer. */
export const PATIENCE_MS = 2000;

/**
 * How long a model at work may go on after it was asked to stop, before the reader is told and may end it: one pass of
 * a slow card takes up to 8 s.
 */
export const SILENCE_MS = 10_000;

/**
 * The outcome of a call; `cancelled` when it was stopped, does not answer, and `mayLeave` says that nothing is lost by
 * leaving it. While that says no, it is asked again after the same time.
 */
export async function answerOrLeave<T>(call: Promise<T>, signal: AbortSignal, mayLeave: () => boolean): Promise<T> {
  let timer: ReturnType<typeof setInterval> | undefined;
  let watch = (): void => undefined;
  const left = new Promise<never>((_, reject) => {
    watch = () => {
      timer = setInterval(() => {
        if (mayLeave()) reject(new AppError('cancelled', 'Stopped without an answer.'));
      }, PATIENCE_MS);
    };
  });
  if (signal.aborted) watch();
  else signal.addEventListener('abort', watch, { once: true });
  try {
    return await Promise.race([call, left]);
  } finally {
    signal.removeEventListener('abort', watch);
    clearInterval(timer);
  }
}
