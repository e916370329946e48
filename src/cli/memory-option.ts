/** How much memory a command may use. */
import { gigabytes } from '../engine/model/run-memory.ts';
import type { Options } from './command.ts';

/** The option, for `Options` and for the line that says how a command is used. */
export const MEMORY = { memory: { type: 'string' } } as const;
export const MEMORY_USAGE = '[--memory GB]';

/** Bytes that may be used: what `--memory` says, else what the machine, or the group of processes that this one is in, has free. */
export function availableBytes(options: Options): number {
  const given = options.text('memory');
  return given === undefined
    ? process.availableMemory()
    : options.number('memory', 0, { min: 0.1, max: 100_000 }) * 1e9;
}

/** What is said of it before a run. */
export function memoryWords(bytes: number, available: number): string {
  return `about ${gigabytes(bytes)} of memory, of ${gigabytes(available)} that are free`;
}
