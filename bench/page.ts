/**
 * How soon a cold page can be used: the built page in a Chromium that has never seen it. Interactive is when the story
 * of the first view is on screen and a press on Details opens them, from the start of the navigation.
 */
import { chromium } from 'playwright';
import { preview } from 'vite';
import { ensureBuild } from '../scripts/build.mjs';
import { CHROMIUM, CHROMIUM_FLAGS } from '../scripts/chromium.mjs';
import { ROOT } from '../scripts/packages.mjs';
import { median } from './median.ts';

/** What it should be at most, on the machine that the page is developed on: two slow cores. */
export const INTERACTIVE_TARGET_MS = 1500;

const ROUNDS = 7;

/** Watches from inside the page, because asking from outside costs more than what is measured. */
const WATCH = `(() => {
  const step = () => {
    const details = document.querySelector('.fork [aria-expanded="false"]');
    if (details === null) return requestAnimationFrame(step);
    globalThis.stripAt ??= performance.now();
    details.click();
    requestAnimationFrame(() => {
      if (details.getAttribute('aria-expanded') !== 'true') return step();
      globalThis.interactiveAt = performance.now();
    });
  };
  requestAnimationFrame(step);
})();`;

/** What {@link benchPage} finds, in milliseconds. */
export interface PageBench {
  readonly rounds: number;
  readonly stripMs: number;
  readonly interactiveMs: number;
  readonly slowestMs: number;
  readonly targetMs: number;
}

/** Opens the built page in fresh profiles, one after the other; the first round warms the server up and does not count. */
export async function benchPage(): Promise<PageBench> {
  await ensureBuild();
  const server = await preview({ root: ROOT, logLevel: 'error', preview: { port: 0, host: 'localhost', open: false } });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
  const strips: number[] = [];
  const interactives: number[] = [];
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await page.addInitScript(WATCH);
      await page.goto(server.resolvedUrls?.local[0] ?? '');
      // A function and not its text: the page allows no `eval`.
      await page.waitForFunction(() => 'interactiveAt' in globalThis, null, { polling: 100, timeout: 60_000 });
      const [strip, interactive] = (await page.evaluate('[globalThis.stripAt, globalThis.interactiveAt]')) as [
        number,
        number,
      ];
      await context.close();
      if (round === 0) continue;
      strips.push(strip);
      interactives.push(interactive);
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return {
    rounds: ROUNDS,
    stripMs: Math.round(median(strips)),
    interactiveMs: Math.round(median(interactives)),
    slowestMs: Math.round(Math.max(...interactives)),
    targetMs: INTERACTIVE_TARGET_MS,
  };
}
