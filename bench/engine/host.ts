/** The worker's end: answers the page's calls of an engine. */
import type { BenchEngine, HostedEngine } from './engine.ts';
import { countGpuBytes } from './gpu-bytes.ts';

/** A call as it travels. */
export interface CallMessage {
  readonly id: number;
  readonly method: keyof HostedEngine;
  readonly args: readonly unknown[];
}

/** The answer: a value, or why there is none. */
export interface AnswerMessage {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Serves an engine from this worker. */
export function serveEngine(engine: BenchEngine): void {
  const bytes = countGpuBytes();
  const hosted: HostedEngine = { ...engine, gpuBytes: () => Promise.resolve(bytes()) };
  self.onmessage = ({ data }: MessageEvent<CallMessage>) => {
    const method = hosted[data.method] as (...args: readonly unknown[]) => Promise<unknown>;
    method(...data.args).then(
      (value) => self.postMessage({ id: data.id, value } satisfies AnswerMessage),
      (thrown: unknown) =>
        self.postMessage({
          id: data.id,
          error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
        } satisfies AnswerMessage),
    );
  };
}
