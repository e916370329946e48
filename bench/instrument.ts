/**
 * What the page costs with a long text, in real Chromium from a production build: `npm run -s bench -- instrument`. Prints
 * plain lines with medians. Never part of the tests: a timed test fails on a busy machine.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { chromium } from 'playwright';
import type { CDPSession, Page } from 'playwright';
import { build, preview } from 'vite';
import { CHROMIUM, CHROMIUM_FLAGS } from '../scripts/chromium.mjs';
import { median } from './median.ts';
import type { InstrumentBench } from './instrument-steps.ts';

const ROOT = fileURLToPath(new URL('./instrument', import.meta.url));
const TOKENS = 2000;
const LAYERS = 31;
const STEPS = 40;
const GROWN = 10_000;

const line = (text: string): void => void process.stdout.write(`${text}\n`);

/** Median and 90th percentile. */
function spread(values: readonly number[]): string {
  const high = [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.9)] ?? Number.NaN;
  return `median ${median(values).toFixed(2)} ms, 90th percentile ${high.toFixed(2)} ms (n ${values.length})`;
}

/** Parts of the main thread's work, as the browser counts them. */
const PARTS = {
  all: 'TaskDuration',
  script: 'ScriptDuration',
  style: 'RecalcStyleDuration',
  layout: 'LayoutDuration',
} as const;

/** Milliseconds of the main thread's own processor time so far: other programs' load hardly counts. */
async function busy(session: CDPSession): Promise<Record<keyof typeof PARTS, number>> {
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => 1000 * (metrics.find((metric) => metric.name === name)?.value ?? Number.NaN);
  return { all: of(PARTS.all), script: of(PARTS.script), style: of(PARTS.style), layout: of(PARTS.layout) };
}

async function heap(session: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round += 1) await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

type Step = Exclude<keyof InstrumentBench, 'tokens' | 'live'>;

/** Runs one kind of step so many times within one task and answers the time of each. */
function run(page: Page, step: Step, steps: number): Promise<number[]> {
  return page.evaluate(
    ([which, count]) => (globalThis as unknown as { bench: InstrumentBench }).bench[which](count, 1),
    [step, steps] as const,
  );
}

/**
 * Times one kind of step and prints it: first alone, from the change of state to a finished layout, then with the paint
 * and everything else that the page does because of it (the trajectory comes up to 120 ms later). A few steps warm up.
 */
async function measure(page: Page, session: CDPSession, name: string, step: Step): Promise<void> {
  const settle = (): Promise<unknown> =>
    page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 150))));
  await run(page, step, 5);
  await settle();
  const before = await busy(session);
  const times = await run(page, step, STEPS);
  const between = await busy(session);
  await settle();
  const later = await busy(session);
  for (let done = 0; done < STEPS / 2; done += 1) {
    await run(page, step, 1);
    await settle();
  }
  const after = await busy(session);
  const each = (part: keyof typeof PARTS): string => ((between[part] - before[part]) / STEPS).toFixed(1);
  line(
    `${name}: ${spread(times)}; processor time ${each('all')} ms (style ${each('style')}, layout ${each('layout')}); with paint and all that follows ${((after.all - later.all) / (STEPS / 2)).toFixed(1)} ms`,
  );
}

async function open(page: Page, address: string, only: string): Promise<void> {
  await page.goto(`${address}?tokens=${TOKENS}&only=${only}`);
  await page.waitForFunction(() => 'bench' in globalThis);
  if (only === '') await page.waitForSelector('.main-svg');
}

const folder = await mkdtemp(join(tmpdir(), 'flipside-bench-'));
const shared = {
  root: ROOT,
  base: './',
  configFile: false as const,
  logLevel: 'error' as const,
  build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
};
await build({ ...shared, plugins: [svelte({ configFile: false })] });
const server = await preview({
  ...shared,
  preview: {
    port: 0,
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
});
const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
try {
  const address = server.resolvedUrls?.local[0] ?? '';
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  line(
    `device: ${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} threads, ${platform()}, Chromium ${browser.version()}`,
  );
  line(`text: ${TOKENS} tokens × ${LAYERS} layers; times run from the change of state to a finished layout`);
  await open(page, address, 'strip');
  await measure(page, session, 'strip alone, one new token (target 4 ms)', 'append');
  await measure(page, session, 'strip alone, another layer', 'switchLayer');
  await open(page, address, '');
  await measure(page, session, 'instrument, one new token', 'append');
  await measure(page, session, 'instrument, another layer (target 16 ms)', 'switchLayer');
  await measure(page, session, 'instrument, pointer over another token', 'hover');
  await measure(page, session, 'instrument, sentences for means and back', 'recolour');

  let last = {
    tokens: await page.evaluate(() => (globalThis as unknown as { bench: InstrumentBench }).bench.tokens),
    bytes: await heap(session),
  };
  while (last.tokens < TOKENS + GROWN) {
    await page.evaluate(() => (globalThis as unknown as { bench: InstrumentBench }).bench.append(250, 10).length);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    const now = {
      tokens: await page.evaluate(() => (globalThis as unknown as { bench: InstrumentBench }).bench.tokens),
      bytes: await heap(session),
    };
    line(
      `memory at ${now.tokens} tokens: ${(now.bytes / 1e6).toFixed(1)} MB of script heap after collection, ${Math.round((now.bytes - last.bytes) / (now.tokens - last.tokens))} bytes a new token`,
    );
    last = now;
  }
  line(`the scores and the words' parts of a token are ${LAYERS * 2 * 4} bytes, outside of that heap`);
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
