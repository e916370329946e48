/** The runtime starts a worker for each of its threads, from an address: they are started as this one was, so that its policy is theirs. */
import { startWorker } from '../start-worker.ts';

globalThis.Worker = new Proxy(globalThis.Worker, {
  construct: (original, [script, options]: [script: string | URL, options?: WorkerOptions]) =>
    options?.type === 'module' && /^https?:/.test(String(script))
      ? startWorker(String(script), options)
      : new original(script, options),
});
