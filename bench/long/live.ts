/**
 * A long text while it is read: the real text, chart and layer map in a page of their own, fed as the engine feeds them, a few tokens a
 * frame and a reading after each sentence. Prints the frames over 50 ms and the script heap at each length.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Browser } from 'playwright';
import { build, preview } from 'vite';
import { ROOT } from '../../scripts/packages.mjs';
import type { InstrumentBench } from '../instrument-steps.ts';
import { heapOf, measure, WATCH } from './frames.ts';

/** Tokens at the start, and those at which the heap is looked at. */
const FROM = 250;
const STOPS = [2000, 4000, 6000, 8000];
/** Tokens a frame: more than any engine of ours reads in one. */
const BATCH = 4;

/** Measures it in a page that is built for it. */
export async function measureLive(browser: Browser): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'flipside-live-'));
  const shared = {
    root: join(ROOT, 'bench/instrument'),
    base: './',
    configFile: false as const,
    logLevel: 'error' as const,
    build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
  };
  await build({ ...shared, plugins: [svelte({ configFile: false })] });
  const server = await preview({ ...shared, preview: { port: 0 } });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(WATCH);
    const session = await page.context().newCDPSession(page);
    await page.goto(`${server.resolvedUrls?.local[0] ?? ''}?tokens=${FROM}`);
    await page.waitForSelector('.main-svg');
    for (const stop of STOPS) {
      await measure(page, `read live to ${stop} tokens`, () =>
        page.evaluate(
          ([tokens, batch]) =>
            (globalThis as unknown as { bench: InstrumentBench }).bench.live(tokens ?? 0, batch ?? 1),
          [stop, BATCH],
        ),
      );
      process.stdout.write(`  script heap ${((await heapOf(session)) / 1e6).toFixed(1)} MB\n`);
    }
    await page.close();
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
