/** A sign of life that nobody has to send: a lock that a worker holds until it ends, whatever ends it. */

/**
 * Takes a lock that nobody else has a name for, holds it for ever, and tells its name once it is held: anyone who asks for
 * it then gets it when this worker is gone. Tells nothing where the browser has no locks.
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
