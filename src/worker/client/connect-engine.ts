/** The engine of the page: the client over the worker that Vite builds. */
import engineScript from '../host/engine.worker.ts?worker&url';
import { startWorker } from '../start-worker.ts';
import type { EngineClient } from './engine-client.ts';
import { createWorkerClient } from './worker-client.ts';

/** Starts the engine worker. Relative model addresses are resolved against the page. */
export function connectEngine(): EngineClient {
  return createWorkerClient(startWorker(new URL(engineScript, import.meta.url).href, { name: 'flipside-engine' }));
}
