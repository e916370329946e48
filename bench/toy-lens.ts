/**
 * The lens on the toy decoder in real Chromium, on its software adapter and on WASM: what it costs where there is no
 * graphics processor.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { CHROMIUM, CHROMIUM_FLAGS, SOFTWARE_GPU_FLAGS } from '../scripts/chromium.mjs';
import type { LensBench } from './lens/main.ts';
import { median } from './median.ts';

const ROOT = fileURLToPath(new URL('./lens', import.meta.url));
const ROUNDS = 3;

/** What the head and all that follows it should take at most with 100 tokens, 31 layers and 10 words. */
export const TOY_LENS_TARGET_MS = 2000;

/**
 * Medians by backend. `wholeMs` reads the text too; `lensMs` is what comes on top of that, and `ratio` is of the whole
 * to reading alone.
 */
export async function benchToyLens(tokens: number, top: number): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'flipside-bench-'));
  const shared = {
    root: ROOT,
    base: './',
    configFile: false as const,
    logLevel: 'error' as const,
    worker: { format: 'es' as const },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 4000 },
  };
  await build(shared);
  const server = await preview({
    ...shared,
    preview: {
      port: 0,
      headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
    },
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS, ...SOFTWARE_GPU_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    await page.waitForFunction(() => 'bench' in globalThis);
    const measure = async (backend: 'wasm' | 'webgpu'): Promise<object> => {
      const { readingMs, wholeMs, ...rest } = await page.evaluate(
        ([on, count, words, rounds]) =>
          (globalThis as unknown as { bench: LensBench }).bench.run(on, count, words, rounds),
        [backend, tokens, top, ROUNDS] as const,
      );
      return {
        ...rest,
        readingMs: Math.round(median(readingMs)),
        wholeMs: Math.round(median(wholeMs)),
        lensMs: Math.round(median(wholeMs) - median(readingMs)),
        ratio: Number((median(wholeMs) / median(readingMs)).toPrecision(3)),
      };
    };
    return {
      tokens,
      top,
      rounds: ROUNDS,
      targetMs: TOY_LENS_TARGET_MS,
      softwareAdapter: await measure('webgpu'),
      wasm: await measure('wasm'),
    };
  } finally {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
