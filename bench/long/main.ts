/**
 * A text of 9,000 tokens in the built page: `npm run -s bench -- long [TOKENS…]`. Opens it as a recorded story, scrolls it through,
 * searches its last words, moves the pointer over it and reads its end with the keyboard; then lets a text grow to 8,000 tokens as the
 * engine reads it. Prints the frames that took longer than 50 ms, and the script heap. Never part of the tests.
 */
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright';
import { preview } from 'vite';
import { ensureBuild } from '../../scripts/build.mjs';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import { ROOT, say } from '../../scripts/packages.mjs';
import { heapOf, measure, WATCH } from './frames.ts';
import { measureLive } from './live.ts';
import { longRun } from './long-run.ts';

const lengths = process.argv.slice(2).map(Number);

/** What is done with the text, a step at a time. */
const STEPS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  scrolling: async (page) => {
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.mouse.move(400, 450);
    for (let at = 0; at < 40; at += 1) {
      await page.mouse.wheel(0, height / 40);
      await page.waitForTimeout(60);
    }
  },
  'searching the last word': async (page) => {
    await page.evaluate(() => {
      scrollTo(0, 0);
      const find = (globalThis as unknown as { find: (text: string, cased: boolean, backwards: boolean) => boolean })
        .find;
      if (!find('the', false, true)) throw new Error('The text was not found.');
    });
    await page.waitForTimeout(300);
  },
  'pointing at 30 tokens': async (page) => {
    await page.evaluate(() => document.querySelector('.strip')?.scrollIntoView());
    for (let at = 0; at < 30; at += 1) {
      await page.mouse.move(150 + 12 * at, 300 + 8 * at);
      await page.waitForTimeout(60);
    }
  },
  'ten tokens by keyboard': async (page) => {
    await page.evaluate(() => document.querySelector<HTMLElement>('.strip [tabindex="0"]')?.focus());
    if (!(await page.evaluate(() => document.activeElement?.closest('.strip') !== null)))
      throw new Error('No token has the focus.');
    for (let at = 0; at < 10; at += 1) {
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(60);
    }
  },
};

await ensureBuild();
const server = await preview({ root: ROOT, logLevel: 'error', preview: { port: 0, host: 'localhost', open: false } });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
try {
  say(`${cpus()[0]?.model ?? ''}, load ${loadavg()[0]?.toFixed(1) ?? ''}, Chromium ${browser.version()}`);
  for (const tokens of lengths.length === 0 ? [500, 9000] : lengths) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await page.addInitScript(WATCH);
    const body = longRun(tokens, join(ROOT, 'public/recordings/bakery.json'));
    await page.route('**/recordings/bakery.json', (route) => route.fulfill({ body, contentType: 'application/json' }));
    await page.goto(server.resolvedUrls?.local[0] ?? '');
    const story = page.locator('[data-tour="stories"]').getByText('New bakery', { exact: true }).first();
    await story.waitFor();
    process.stdout.write(`${tokens} tokens, ${(body.length / 1e6).toFixed(1)} MB\n`);
    await measure(page, '  opening', async () => {
      await story.click();
      await page.locator(`.strip [data-token="${String(tokens - 1)}"]`).waitFor({ state: 'attached', timeout: 20_000 });
    });
    const before = await heapOf(session);
    for (const [name, step] of Object.entries(STEPS)) await measure(page, `  ${name}`, () => step(page));
    const after = await heapOf(session);
    process.stdout.write(
      `  script heap ${(before / 1e6).toFixed(1)} MB before, ${(after / 1e6).toFixed(1)} MB after\n`,
    );
    await context.close();
  }
  await measureLive(browser);
} finally {
  await browser.close();
  await server.close();
}
