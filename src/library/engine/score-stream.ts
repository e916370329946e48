/** From calls that tell what they find to an async iterable. */
import type { AppError } from '../../base/errors.ts';

/** What a call does: `emit` takes what it finds, in order, and `signal` stops it. */
export type Work<T> = (emit: (part: T) => void, signal: AbortSignal) => Promise<void>;

/**
 * Starts the work when the first part is asked for, and gives its parts as they come. Leaving the loop stops the work
 * and waits for its end. Throws what the work throws, after the parts that came before.
 */
export async function* scoreStream<T>(work: Work<T>, outer?: AbortSignal): AsyncGenerator<T, void, undefined> {
  const stop = new AbortController();
  const parts: T[] = [];
  let ended = false;
  let failed: { readonly why: AppError } | null = null;
  let wake = (): void => undefined;
  const forward = (): void => stop.abort();
  outer?.addEventListener('abort', forward, { once: true });
  if (outer?.aborted === true) forward();
  const done = work((part) => {
    parts.push(part);
    wake();
  }, stop.signal)
    .catch((why: unknown) => void (failed = { why: why as AppError }))
    .finally(() => {
      ended = true;
      wake();
    });
  try {
    for (let at = 0; ;) {
      const part = parts[at];
      if (at < parts.length) {
        at += 1;
        yield part as T;
      } else if (ended) break;
      else {
        parts.length = at = 0;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
    if (failed !== null) throw (failed as { readonly why: AppError }).why;
  } finally {
    stop.abort();
    outer?.removeEventListener('abort', forward);
    await done;
  }
}
