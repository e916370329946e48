/** Measures speed in the built page, as a reader does it: opens the place, loads the model, presses the button and saves the record. */
import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { ensureBuild } from '../../scripts/build.mjs';
import { CHROMIUM, CHROMIUM_FLAGS, SOFTWARE_GPU_FLAGS } from '../../scripts/chromium.mjs';
import { ROOT } from '../../scripts/packages.mjs';
import { parseSpeed } from '../../src/formats/speed/speed-json.ts';
import type { SpeedRecord } from '../../src/models/speed/speed-record.ts';
import { GPU_FLAGS } from '../engine/tab.ts';

/** What computes: a graphics card, Chromium's software adapter, or the processor. */
export const DEVICES = {
  gpu: GPU_FLAGS,
  software: SOFTWARE_GPU_FLAGS,
  processor: [],
} as const satisfies Record<string, readonly string[]>;

/** The name of one. */
export type Device = keyof typeof DEVICES;

/** The first start on an adapter proves pass sizes, which takes minutes on the software adapter. */
const LOAD_MS = 300_000;
/** What the page takes at most, with room for a busy machine. */
const MEASURE_MS = 180_000;

/**
 * A record of the page, and what its short run had expected. What no browser tells is added: the processor, and how busy the
 * machine was. Throws where the page has not the device that was asked for.
 */
export async function measurePage(
  device: Device,
): Promise<{ readonly record: SpeedRecord; readonly expected: string | null }> {
  await ensureBuild();
  const server = await preview({ root: ROOT, logLevel: 'error', preview: { port: 0, host: 'localhost', open: false } });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...CHROMIUM_FLAGS, ...DEVICES[device]],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    // A short run would leave this adapter for the processor.
    if (device === 'software') await page.addInitScript(() => localStorage.setItem('flipside.engine', 'webgpu'));
    await page.goto(`${server.resolvedUrls?.local[0] ?? ''}#/bench`);
    await page.getByRole('button', { name: /^Load / }).click();
    const button = page.getByRole('button', { name: 'Measure the speed' });
    await button.waitFor({ timeout: LOAD_MS });
    const before = loadNow();
    await button.click();
    const save = page.getByRole('button', { name: 'Save the record' });
    await save.waitFor({ timeout: MEASURE_MS });
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()]);
    const record = parseSpeed(await readFile(await download.path(), 'utf8'));
    const found = record.backend === 'wasm' ? 'processor' : record.adapter?.software === true ? 'software' : 'gpu';
    if (found !== device) throw new Error(`The page ran on the ${found}, not on the ${device} that was asked for.`);
    return {
      record: {
        ...record,
        runner: `${record.runner.replace(/^(\w+) [\d.]+/, `$1 ${browser.version()}`)}`,
        processor: (cpus()[0]?.model ?? '').trim() || null,
        load: [before, loadNow()],
      },
      expected: await expectedIn(page),
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** What the short run said before the model was fetched; null where it was not asked. */
async function expectedIn(page: Page): Promise<string | null> {
  await page.getByRole('button', { name: 'Diagnostics', exact: true }).first().click();
  const row = page.locator('dl div').filter({ hasText: /^Expected/ });
  return (await row.count()) === 0 ? null : row.locator('dd').innerText();
}

function loadNow(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}
