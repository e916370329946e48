/**
 * The page on real WebGPU: Chromium's software adapter, which is slow (a pass takes seconds) and wrong from 32 new
 * tokens on, which the page must find out by itself. Without an adapter these tests fail. The model's streams and words on
 * this adapter are held to PyTorch by tests/browser/engine/embedded-webgpu.test.ts.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { SOFTWARE_GPU_FLAGS } from '../../scripts/chromium.mjs';
import { tracePoints } from '../../src/reading/trace.ts';
import { parseRecording } from '../../src/formats/runs/recording-json.ts';
import { loadModel, readingsShown, Site, stripText, waitUntilIdle, writeAtMost } from './site.ts';

const MINUTE = 60_000;
const stories = fileURLToPath(new URL('../../src/content/stories/', import.meta.url));
const betrayal = JSON.parse(readFileSync(`${stories}/betrayal.json`, 'utf8')) as { sentences: { text: string }[] };

/** Few, for a pass takes this adapter seconds, whatever its size. What is read of a text depends on what comes before alone. */
const SENTENCES = 2;
const TEXT = betrayal.sentences
  .slice(0, SENTENCES)
  .map((sentence) => sentence.text)
  .join(' ');

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await Site.open(SOFTWARE_GPU_FLAGS);
  page = await site.page();
  // A short run would leave this adapter for the processor, which is faster.
  await page.evaluate(() => localStorage.setItem('flipside.engine', 'webgpu'));
  await page.reload();
  await loadModel(page, 5 * MINUTE);
}, 6 * MINUTE);
afterAll(() => site.close());

test('the page runs on WebGPU, and has found that this adapter is right up to 31 tokens a pass', async () => {
  const status = await page.locator('header').innerText();
  expect(status).toContain('WebGPU');
  expect(status).toContain('swiftshader');
  expect(status).toContain('31 tokens a pass');
});

test(
  'the betrayal story reads on WebGPU as it was recorded on the CPU: at the ends of its sentences, of clauses and of words',
  async () => {
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByRole('textbox', { name: 'Your own text' }).fill(TEXT);
    const recorded = parseRecording(await (await fetch(new URL('recordings/betrayal.json', site.address))).text());
    const readings = tracePoints(recorded.taps, recorded.tokens.length, null, recorded.defaultLayer);
    const end = readings.filter(({ stand }) => stand === 'sentence')[SENTENCES - 1]!.afterToken;
    const truth = readings.filter(({ afterToken }) => afterToken <= end);
    await page.getByRole('button', { name: 'Read', exact: true }).click();
    await page.locator('[data-token="1"]').waitFor({ timeout: 2 * MINUTE });
    await waitUntilIdle(page, 10 * MINUTE);
    expect(await stripText(page)).toBe(TEXT);
    const shown = await readingsShown(page);
    expect(shown.map(({ stand }) => stand)).toEqual(truth.map(({ stand }) => stand));
    expect(new Set(truth.map(({ stand }) => stand))).toEqual(new Set(['sentence', 'clause', 'word']));
    // two roundings and float32 kernels
    for (const [index, { score }] of truth.entries()) expect(Math.abs(shown[index]!.score - score)).toBeLessThan(0.03);
  },
  12 * MINUTE,
);

test(
  'it writes on with a key/value cache on the GPU',
  async () => {
    await writeAtMost(page, 2);
    await page.getByRole('button', { name: 'Continue this text' }).click();
    await page.waitForFunction(
      (start) => document.querySelectorAll('.strip [data-token]').length >= start + 2,
      await page.locator('.strip [data-token]').count(),
      { timeout: 5 * MINUTE },
    );
    await waitUntilIdle(page, 10 * MINUTE);
    expect((await stripText(page)).startsWith(TEXT)).toBe(true);
  },
  14 * MINUTE,
);

test('nothing unexpected was printed', () => {
  expect(site.faults).toEqual([]);
});

test(
  'when the graphics processor goes away the page says so, and keeps the text',
  async () => {
    await site.crashGpu();
    const problem = page.getByRole('alert');
    await problem.waitFor({ timeout: MINUTE });
    expect(await problem.innerText()).toContain('gpu-device-lost');
    expect(await page.getByRole('textbox', { name: 'Your own text' }).inputValue()).toBe(TEXT);
    expect(await page.getByRole('button', { name: 'Load without WebGPU' }).isVisible()).toBe(true);
  },
  2 * MINUTE,
);
