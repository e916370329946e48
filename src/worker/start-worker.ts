/**
 * Module workers under the policy of the page or worker that starts them. A worker that is started from an address has the policy that
 * its script came with, which is none where the server sends none: the one in the page's HTML is the page's alone. A
 * worker that is started from a blob inherits (HTML, "initialize a worker global scope's policy container"), so a blob
 * imports the script. What the script imports, and where it finds its files, stays relative to its own address.
 */

/** Blobs by the script that they import; each is some bytes, is made once, and lasts as long as its starter. */
const relays = new Map<string, string>();

/** Fewer bytes are parsed in less time than a worker takes to start. */
export const LARGE_FILE = 500_000;

/** A worker that runs the module at `script`, a whole address on the starter's own origin. */
export function startWorker(script: string, options: Omit<WorkerOptions, 'type'> = {}): Worker {
  const relay =
    relays.get(script) ??
    URL.createObjectURL(new Blob([`import ${JSON.stringify(script)};`], { type: 'text/javascript' }));
  relays.set(script, relay);
  return new Worker(relay, { ...options, type: 'module' });
}
