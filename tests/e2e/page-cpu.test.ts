/** The page in a Chromium without WebGPU: the whole path on WASM, and everything that can go wrong on it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { DARK_NOTE } from '../../src/content/status.ts';
import {
  checkNumbers,
  fillTokens,
  readText,
  Site,
  stripText,
  sentenceReadings,
  typeText,
  waitForStatus,
  waitUntilIdle,
  writeAtMost,
} from './site.ts';

const MINUTE = 60_000;
const TEXT = 'Ada kept the lighthouse on the rock. She carried soup to the sick keeper and sat with him all night.';

/** A file of the model itself; only the list of files may be asked for again. */
const isModelFile = (url: string): boolean => url.includes('/models/smollm2-135m-instruct-q4/');

let site: Site;
let page: Page;
beforeAll(async () => {
  site = await Site.open([]);
  page = await site.page();
});
afterAll(() => site.close());

test('before any load one story with two endings shows its readings, and redemption after its note, all from this address', async () => {
  await page.locator('.fork').waitFor();
  expect(
    await page.locator('.fork p[translate="no"] > span.up, .fork p[translate="no"] > span.down').count(),
  ).toBeGreaterThanOrEqual(6 + 4 + 4);
  expect(await page.locator('.fork p[translate="no"]').nth(1).locator('span.up').count()).toBe(0);
  await page.getByText('Redemption', { exact: true }).click();
  await page.getByText(`Redemption ${DARK_NOTE.mark}.`, { exact: true }).waitFor();
  // It may lie in the browser already, for a visit without a network; shown it is not.
  expect(await page.getByRole('heading', { name: 'Redemption' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Show the story' }).click();
  await page.getByRole('heading', { name: 'Redemption' }).waitFor();
  expect(await page.locator('.strip [data-token]').count()).toBeGreaterThan(200);
  expect(await page.locator('header').innerText()).toContain('not loaded');
  expect(site.requests.some((url) => url.endsWith('recordings/redemption.json'))).toBe(true);
  expect(site.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(site.address))).toEqual([]);
  expect(site.requests.filter(isModelFile)).toEqual([]);
});

test(
  'an altered model file is refused by name, and loading again heals',
  async () => {
    await page.route('**/onnx/model_q4.onnx', async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      body[1000] = body[1000]! ^ 1;
      await route.fulfill({ response, body });
    });
    await page
      .getByRole('button', { name: /^Load the model/ })
      .first()
      .click();
    const problem = page.getByRole('alert');
    await problem.waitFor({ timeout: MINUTE });
    expect(await problem.innerText()).toContain('model_q4.onnx');
    expect(await problem.innerText()).toContain('model-file-altered');
    await page.unroute('**/onnx/model_q4.onnx');
    await page.getByRole('button', { name: 'Load again' }).click();
    await waitForStatus(page, /tokens a pass/, 2 * MINUTE);
  },
  3 * MINUTE,
);

test('without WebGPU the model runs on the processor, and the page says why and what to do', async () => {
  expect(await page.locator('header').innerText()).toMatch(/WebAssembly/);
  const notice = await page.getByText('Running without WebGPU').locator('..').innerText();
  expect(notice).toMatch(/graphics/);
});

test(
  'a text is read: every token once, a reading after every sentence, the text itself unchanged',
  async () => {
    await readText(page, TEXT, MINUTE);
    expect(await stripText(page)).toBe(TEXT);
    expect(await sentenceReadings(page)).toHaveLength(2);
  },
  2 * MINUTE,
);

test(
  'the same words read on the page and by the command give the same readings',
  async () => {
    const { execFileSync } = await import('node:child_process');
    const { fileURLToPath } = await import('node:url');
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const output = execFileSync(
      process.execPath,
      [
        'scripts/flipside.mjs',
        'read',
        '--model',
        'public/models/smollm2-135m-instruct-q4',
        '--probe',
        'probes/kind-cruel',
        '--every',
        'word',
        '--text',
        TEXT,
      ],
      { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const read = JSON.parse(output) as { readings: { stand: string; score: number }[] };
    const ends = read.readings.filter(({ stand }) => stand === 'sentence');
    const shown = await sentenceReadings(page);
    expect(shown).toHaveLength(ends.length);
    for (const [index, { score }] of ends.entries()) expect(Math.abs(shown[index]! - score)).toBeLessThan(0.011); // shown with two decimals
  },
  2 * MINUTE,
);

test(
  'continuing grows the same text live, can be stopped, and keeps what was written',
  async () => {
    await writeAtMost(page, 300);
    await page.getByRole('button', { name: 'Continue this text' }).click();
    await page.waitForFunction(
      (start) => document.querySelectorAll('.strip [data-token]').length >= start + 5,
      await page.locator('.strip [data-token]').count(),
      { timeout: MINUTE },
    );
    await page.locator('header').getByRole('button', { name: 'Stop' }).click();
    await waitUntilIdle(page, MINUTE);
    const text = await stripText(page);
    expect(text.startsWith(TEXT)).toBe(true);
    expect(text.length).toBeGreaterThan(TEXT.length + 5);
    expect(await page.getByRole('alert').count()).toBe(0);
  },
  2 * MINUTE,
);

test(
  'a chat is written in the model’s own form, after who it is told to be',
  async () => {
    const goTo = (place: string): Promise<void> =>
      page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place, exact: true }).click();
    await goTo('Write');
    await page.getByRole('textbox', { name: 'Who it is told to be' }).fill('You are a grumpy ferryman.');
    await page.getByRole('textbox', { name: 'What it is told' }).fill('Will you take me over?');
    await fillTokens(page, 8);
    await page.getByRole('button', { name: 'Write', exact: true }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /^Wrote \d/ })
      .waitFor({ state: 'attached', timeout: MINUTE });
    const form =
      '<|im_start|>system\nYou are a grumpy ferryman.<|im_end|>\n<|im_start|>user\nWill you take me over?<|im_end|>\n<|im_start|>assistant\n';
    const text = await stripText(page);
    expect(text.slice(0, form.length)).toBe(form);
    expect(text.length).toBeGreaterThan(form.length);
    // The border lies where the form ends, and nowhere else.
    const written = await page.evaluate(() =>
      [...document.querySelectorAll('.strip .begins ~ [data-token]')].map((token) => token.textContent).join(''),
    );
    expect(form + written).toBe(text);
    expect(await page.getByRole('alert').count()).toBe(0);
    await goTo('Read');
  },
  2 * MINUTE,
);

test(
  'steering of no strength writes what the model writes by itself, and a strong one something else that is read back',
  async () => {
    const goTo = (place: string): Promise<void> =>
      page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place, exact: true }).click();
    await goTo('Steer');
    await page.getByText('More settings', { exact: true }).click();
    await page.getByRole('spinbutton', { name: 'Tokens', exact: true }).fill('8');
    const texts: string[] = [];
    for (const [index, strength] of ['0', '0.8'].entries()) {
      await page.getByRole('spinbutton', { name: 'Strength, as a number' }).fill(strength);
      await page.keyboard.press('Tab');
      await page.getByRole('button', { name: 'Steer and write' }).click();
      await page
        .getByRole('group', { name: 'Written in this visit' })
        .getByRole('radio')
        .nth(index)
        .waitFor({ state: 'attached', timeout: 3 * MINUTE });
      // The text is there twice by then: steered, and what the model writes by itself.
      await page.getByRole('button', { name: 'Compare word by word' }).waitFor({ timeout: 2 * MINUTE });
      await waitUntilIdle(page, MINUTE);
      if (index === 0) await page.getByText('Every token and chart', { exact: true }).click();
      expect(await page.getByRole('radio', { name: 'Read without steering' }).isChecked()).toBe(true);
      texts.push(await stripText(page));
      if (strength === '0') continue;
      // Beside what the model writes by itself, which is what no strength has written.
      await page.getByRole('button', { name: 'Compare word by word' }).click();
      await page.getByRole('heading', { name: 'Two runs side by side' }).waitFor({ timeout: 2 * MINUTE });
      const side = (which: string): Promise<string> =>
        page.evaluate(
          (name) =>
            [...document.querySelectorAll(`[data-side="${name}"] [data-token]`)]
              .map((token) => token.textContent)
              .join(''),
          which,
        );
      await page.locator('[data-side="b"] [data-token="10"]').waitFor();
      expect([await side('a'), await side('b')]).toEqual(texts);
    }
    expect(texts[0]).not.toBe(texts[1]);
    expect(texts.every((text) => text.startsWith('The guard opened the gate for the travellers. He'))).toBe(true);
    expect(await page.getByRole('alert').count()).toBe(0);
    await goTo('Read');
  },
  10 * MINUTE,
);

test(
  'the numbers check passes on WASM: residuals, logits and 24 greedy tokens of both prompts',
  async () => {
    await checkNumbers(page, 3 * MINUTE);
  },
  4 * MINUTE,
);

test('empty text and half a character are refused with code and place; nothing typed is lost', async () => {
  const box = page.getByRole('textbox', { name: 'Your own text' });
  const read = page.getByRole('button', { name: 'Read', exact: true });
  await typeText(page, '   ');
  await read.click();
  await page.locator('.fault', { hasText: 'text-empty' }).waitFor();
  await box.evaluate((area: HTMLTextAreaElement) => {
    area.value = 'abc\ud83d def';
    area.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await read.click();
  const fault = page.locator('.fault', { hasText: 'text-malformed' });
  await fault.waitFor();
  expect(await fault.innerText()).toContain('U+D83D');
  expect(await box.inputValue()).toContain('def');
});

test(
  'control and bidi characters are shown, not obeyed',
  async () => {
    await readText(page, 'The sign said \u202etixe\u202c and rang \u0007 once.', MINUTE);
    const shown = await page
      .locator('.strip')
      .evaluate((strip) => [...strip.querySelectorAll('[data-glyph]')].map((mark) => mark.getAttribute('data-glyph')));
    expect(shown.join(' ')).toMatch(/202E.*202C.*0007/);
  },
  2 * MINUTE,
);

test(
  'a text over the context is refused with both numbers, and stays in the box',
  async () => {
    const long = 'word '.repeat(8300);
    await typeText(page, long);
    await page.getByRole('button', { name: 'Read', exact: true }).click();
    await page
      .getByText(/tokens, but this model takes 8192/)
      .first()
      .waitFor({ timeout: MINUTE });
    expect(await page.getByRole('textbox', { name: 'Your own text' }).inputValue()).toBe(long);
  },
  2 * MINUTE,
);

test(
  'eight hundred tokens read and scroll',
  async () => {
    const long = 'The ferry left at noon with nine cars, two vans and a class of children on the deck. '.repeat(40);
    await typeText(page, long);
    await page.getByRole('checkbox').first().setChecked(false); // no readouts: this is about length
    await page.getByRole('button', { name: 'Read', exact: true }).click();
    await page.locator('.strip [data-token="799"]').waitFor({ timeout: 6 * MINUTE });
    const moved = await page.evaluate(() => {
      document.querySelector('.strip [data-token="790"]')!.scrollIntoView();
      return scrollY;
    });
    expect(moved).toBeGreaterThan(300);
    await page
      .locator('header')
      .getByRole('button', { name: 'Stop' })
      .click({ timeout: 10_000 })
      .catch(() => undefined); // it may be done already
    await waitUntilIdle(page, MINUTE);
  },
  7 * MINUTE,
);

test(
  'a worker that dies is told, the text stays, and one press starts again without the network',
  async () => {
    await typeText(page, TEXT);
    site.forgetRequests();
    const [worker] = page.workers();
    await worker!.evaluate(() =>
      setTimeout(() => {
        throw new Error('out of luck');
      }),
    );
    const problem = page.getByRole('alert');
    await problem.waitFor({ timeout: MINUTE });
    expect(await problem.innerText()).toContain('worker-died');
    expect(await page.getByRole('textbox', { name: 'Your own text' }).inputValue()).toBe(TEXT);
    await page.getByRole('button', { name: 'Start again' }).first().click();
    await waitForStatus(page, /tokens a pass/, MINUTE);
    expect(site.requests.filter(isModelFile)).toEqual([]);
    await readText(page, TEXT, MINUTE);
    expect(await stripText(page)).toBe(TEXT);
  },
  3 * MINUTE,
);

test(
  'a worker that ends without a word in the middle of a reading is told, and one press reads the text to its end',
  async () => {
    // Several passes longer than what is on show when the worker goes: it ends the pass that it is in.
    const long = Array.from({ length: 24 }, () => TEXT).join(' ');
    await typeText(page, long);
    await page.getByRole('button', { name: 'Read', exact: true }).click();
    await page.locator('[data-token="40"]').waitFor({ timeout: MINUTE });
    await page.workers()[0]!.evaluate(() => setTimeout(() => self.close()));
    const problem = page.getByRole('alert');
    await problem.waitFor({ timeout: MINUTE });
    expect(await problem.innerText()).toContain('worker-died');
    expect(await page.locator('header').innerText()).toMatch(/stopped/);
    const read = await stripText(page);
    expect(read.length).toBeLessThan(long.length);
    expect(long.startsWith(read)).toBe(true);
    await problem.getByRole('button', { name: 'Start again' }).click();
    await waitForStatus(page, /tokens a pass/, MINUTE);
    await waitUntilIdle(page, 3 * MINUTE);
    expect(await stripText(page)).toBe(long);
    await typeText(page, TEXT);
  },
  5 * MINUTE,
);

test(
  'on the second visit the draft is there and the model comes from this browser’s storage',
  async () => {
    site.forgetRequests();
    const second = await site.page();
    await second.getByText('Your own text', { exact: true }).first().click();
    expect(await second.getByRole('textbox', { name: 'Your own text' }).inputValue()).toBe(TEXT);
    await second.getByRole('button', { name: /^Load and read this text/ }).click();
    await waitForStatus(second, /tokens? a pass/, MINUTE);
    await second.locator('[data-token="10"]').waitFor({ timeout: MINUTE });
    await waitUntilIdle(second, MINUTE);
    expect(await stripText(second)).toBe(TEXT);
    expect(site.requests.filter(isModelFile)).toEqual([]);
    await second.close();
  },
  2 * MINUTE,
);

test('nothing was asked of another address, and nothing unexpected was printed', () => {
  expect(site.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(site.address))).toEqual([]);
  expect(site.faults.filter((fault) => !fault.includes('out of luck'))).toEqual([]);
});
