/** Shows that a worker still runs, without messages: it holds a lock until it ends, whatever ends it. */

/**
 * Takes a lock of a fresh name, holds it as long as the worker runs, and calls `held` with the name once it is held. A page
 * that asks for the lock gets it when this worker is gone. Does not call `held` where the browser has no locks.
 */
export function holdLife(held: (lock: string) => void): void {
  // Not there in a page that came over plain http from another machine.
  const { locks } = navigator as { readonly locks?: LockManager };
  if (locks === undefined) return;
  const lock = `flipside-engine ${crypto.randomUUID()}`;
  void locks.request(lock, () => {
    held(lock);
    return new Promise(() => undefined);
  });
}
