/** Runs inside the browser: starts a worker for each engine when it is first called, and finds out what adapter there is. */
import { probeGpu } from '../../../src/engine/capability/probe-gpu.ts';
import type { EngineName } from '../engine.ts';
import type { AnswerMessage, CallMessage } from '../host.ts';
import type { BenchPage } from '../tab.ts';

const START: Record<EngineName, () => Worker> = {
  ours: () => new Worker(new URL('../ours.worker.ts', import.meta.url), { type: 'module' }),
  theirs: () => new Worker(new URL('../theirs.worker.ts', import.meta.url), { type: 'module' }),
};

const workers = new Map<EngineName, Worker>();
const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
let calls = 0;

function workerOf(name: EngineName): Worker {
  const running = workers.get(name);
  if (running !== undefined) return running;
  const worker = START[name]();
  worker.onmessage = ({ data }: MessageEvent<AnswerMessage>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) call?.resolve(data.value);
    else call?.reject(new Error(`${name}: ${data.error}`));
  };
  worker.onerror = ({ message }) => {
    for (const call of waiting.values()) call.reject(new Error(`${name}: ${message}`));
    waiting.clear();
  };
  workers.set(name, worker);
  return worker;
}

const bench: BenchPage = {
  adapter: async () => {
    const found = await probeGpu();
    return found.ok ? found.adapter : found.detail;
  },
  call: (engine, method, args) =>
    new Promise((resolve, reject) => {
      const id = (calls += 1);
      waiting.set(id, { resolve, reject });
      workerOf(engine).postMessage({ id, method, args } satisfies CallMessage);
    }),
};
(globalThis as unknown as { bench: BenchPage }).bench = bench;
