/** Runs inside the browser: starts the engine's worker, and hands on what is asked of it. */
import type { VisitCall, VisitPage } from '../visit.ts';

const worker = new Worker(new URL('./visit.worker.ts', import.meta.url), { type: 'module' });

const visit: VisitPage = {
  step: (name, argument) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<{ readonly found: never } | { readonly error: string }>) =>
        'error' in data ? reject(new Error(data.error)) : resolve(data.found);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage([name, { ...argument, base: document.baseURI }] satisfies VisitCall);
    }),
};
(globalThis as unknown as { visit: VisitPage }).visit = visit;
