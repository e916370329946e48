/** What each engine is asked in a process of its own, so that memory is its own too: load, read a text, write on. Prints JSON. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What one run found. */
export interface EngineRun {
  readonly openMs: number;
  readonly readTokens: number;
  readonly readMs: number;
  readonly writtenTokens: number;
  readonly writeMs: number;
  /** Largest resident memory of the process, in bytes. */
  readonly peakBytes: number;
  /** Tokens that were written, for engines of the same weights. */
  readonly ids: readonly number[];
}

/** An engine that is open. */
export interface OpenEngine {
  /** Reads a text from its start; the number of its tokens. */
  read(text: string): Promise<number>;
  /** Writes on from a short prompt; the tokens. */
  write(prompt: string, count: number): Promise<readonly number[]>;
}

/** A text of about 1,100 tokens: shipped stories, one after the other. */
const READ_TEXT = ['betrayal', 'redemption', 'mercy', 'dream', 'bakery']
  .map((name) =>
    readFileSync(fileURLToPath(new URL(`../../src/content/stories/${name}.json`, import.meta.url)), 'utf8'),
  )
  .map((story) =>
    (JSON.parse(story) as { sentences: readonly { text: string }[] }).sentences.map(({ text }) => text).join(' '),
  )
  .join(' ');

const PROMPT = 'The guard opened the gate and';
const WRITTEN = 100;

/** Measures an engine and prints what was found. */
export async function report(open: () => Promise<OpenEngine>): Promise<void> {
  const started = performance.now();
  const engine = await open();
  const opened = performance.now();
  const readTokens = await engine.read(READ_TEXT);
  const readAt = performance.now();
  const ids = await engine.write(PROMPT, WRITTEN);
  const written = performance.now();
  // maxRSS is in kilobytes on Linux and macOS alike: libuv converts.
  const run: EngineRun = {
    openMs: opened - started,
    readTokens,
    readMs: readAt - opened,
    writtenTokens: ids.length,
    writeMs: written - readAt,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    ids,
  };
  process.stdout.write(`${JSON.stringify(run)}\n`);
  process.exit(0);
}
