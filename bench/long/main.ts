/**
 * A text of 9,000 tokens in the built page: `npm run -s bench -- long [TOKENS…]`. Opens it as a recorded story, scrolls it through,
 * searches its last words, moves the pointer over it and reads its end with the keyboard, and prints the frames that took longer
 * than 50 ms by the browser's own count (Long Animation Frames). Never part of the tests.
 */
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { chromium, type CDPSession, type Page } from 'playwright';
import { preview } from 'vite';
import { ensureBuild } from '../../scripts/build.mjs';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import { ROOT, say } from '../../scripts/packages.mjs';
import { longRun } from './long-run.ts';

const lengths = process.argv.slice(2).map(Number);

/** Notes every frame that takes longer than 50 ms, and what of it scripts took, and these for layout. */
const WATCH = `
  globalThis.frames50 = [];
  new PerformanceObserver((list) => {
    for (const { duration, scripts } of list.getEntries())
      frames50.push([
        duration,
        scripts.reduce((sum, script) => sum + script.duration, 0),
        scripts.reduce((sum, script) => sum + script.forcedStyleAndLayoutDuration, 0),
      ]);
  }).observe({ type: 'long-animation-frame', buffered: false });
`;

type Frame = readonly [duration: number, scripts: number, forcedLayout: number];

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

async function heapOf(session: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round += 1) await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize;
}

async function settled(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 400))));
}

async function measure(page: Page, name: string, step: () => Promise<unknown>): Promise<void> {
  await settled(page);
  await page.evaluate('frames50.length = 0');
  await step();
  await settled(page);
  const frames = (await page.evaluate('frames50')) as readonly Frame[];
  const worst = frames.reduce<Frame>((most, frame) => (frame[0] > most[0] ? frame : most), [0, 0, 0]);
  process.stdout.write(
    `${name}: ${frames.length} frames over 50 ms, the longest ${worst[0].toFixed(0)} ms (scripts ${worst[1].toFixed(0)} ms, of these layout ${worst[2].toFixed(0)} ms)\n`,
  );
}

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
} finally {
  await browser.close();
  await server.close();
}
