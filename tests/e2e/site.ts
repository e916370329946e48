/** The built page, served as `npm start` serves it, and real Chromium to open it in. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright';
import { type InlineConfig, preview, type PreviewServer } from 'vite';
import { expect } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the built page lies on its host: the root, or the path that FLIPSIDE_E2E_PATH names, such as `/x/flipside/`. */
export const BASE = process.env['FLIPSIDE_E2E_PATH'] ?? '/';

/** A served build with one browser; every page that is opened records what it asks the network for. */
export class Site {
  readonly address: string;
  /** Addresses asked for since the last call of {@link forgetRequests}. */
  readonly requests: string[] = [];
  /** What pages printed or threw that nobody expected. */
  readonly faults: string[] = [];
  readonly #server: PreviewServer;
  readonly #browser: Browser;
  readonly #context: BrowserContext;

  private constructor(server: PreviewServer, address: string, browser: Browser, context: BrowserContext) {
    this.#server = server;
    this.address = address;
    this.#browser = browser;
    this.#context = context;
    context.on('request', (request) => this.requests.push(request.url()));
  }

  /**
   * Serves `dist/` and starts Chromium with these flags. Build first: the test command does. `served` is served
   * instead, by another server than the project's own.
   */
  static async open(flags: readonly string[], served?: InlineConfig): Promise<Site> {
    if (!existsSync(`${ROOT}/dist/index.html`)) throw new Error('dist/ is missing. Run "npm run build" first.');
    const server = await preview({
      root: ROOT,
      base: BASE,
      logLevel: 'error',
      ...served,
      preview: { ...served?.preview, port: 0, host: 'localhost', open: false },
    });
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS, ...flags] });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    // On a busy machine a press is answered late; the default is 30 seconds.
    context.setDefaultTimeout(120_000);
    const address = server.resolvedUrls?.local[0];
    if (address === undefined) throw new Error('The preview server gave no address.');
    return new Site(server, address, browser, context);
  }

  /** Opens the page in a new tab of the same browser profile. */
  async page(): Promise<Page> {
    const page = await this.#context.newPage();
    page.on('pageerror', (error) => this.faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.faults.push(message.text());
    });
    await page.goto(this.address);
    return page;
  }

  forgetRequests(): void {
    this.requests.length = 0;
  }

  /** Ends the browser's GPU process, as a driver fault would. */
  async crashGpu(): Promise<void> {
    const session = await this.#browser.newBrowserCDPSession();
    // The process dies without answering.
    await Promise.race([session.send('Browser.crashGpuProcess'), new Promise((resolve) => setTimeout(resolve, 2000))]);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
  }
}

/** The button that loads the model; where a page shows none, as it opens on the story with two endings, goes to a story that has one. */
export async function loadButton(page: Page): Promise<Locator> {
  const load = page.getByRole('button', { name: /^Load (the model|and )/ }).first();
  const story = page.locator('[data-tour="stories"]').getByText('New bakery', { exact: true });
  await load.or(story).first().waitFor();
  if (!(await load.isVisible())) await story.first().click();
  return load;
}

/** Presses the load button and waits for the status line to show how the model runs. */
export async function loadModel(page: Page, timeoutMs: number): Promise<void> {
  await (await loadButton(page)).click();
  await waitForStatus(page, /tokens? a pass/, timeoutMs);
}

/** Asks how fast the model will run, before it is loaded; the answer. */
export async function askHowFast(page: Page, timeoutMs: number): Promise<string> {
  await loadButton(page);
  const panel = page.getByRole('region', { name: 'Model', exact: true }).first();
  await panel.getByRole('button', { name: 'How fast here?' }).click();
  const answer = panel.getByText(/tokens a second/);
  await answer.waitFor({ timeout: timeoutMs });
  return answer.innerText();
}

/** Waits until the status line says something. */
export async function waitForStatus(page: Page, words: RegExp, timeoutMs: number): Promise<void> {
  await page.locator('header').filter({ hasText: words }).waitFor({ timeout: timeoutMs });
}

/** Waits until nothing runs: the header's stop button is gone. */
export async function waitUntilIdle(page: Page, timeoutMs: number): Promise<void> {
  await page.locator('header').getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached', timeout: timeoutMs });
}

/** Puts a text into the reader's own text box. */
export async function typeText(page: Page, text: string): Promise<void> {
  await page.getByText('Your own text', { exact: true }).first().click();
  await page.getByRole('textbox', { name: 'Your own text' }).fill(text);
}

/** Presses Read and waits until the reading is done. */
export async function readText(page: Page, text: string, timeoutMs: number): Promise<void> {
  await typeText(page, text);
  await page.getByRole('button', { name: 'Read', exact: true }).click();
  await page.locator('[data-token="1"]').waitFor({ timeout: timeoutMs });
  await waitUntilIdle(page, timeoutMs);
}

/** The text of the strip as a reader would copy it: tokens only, without the marks of readouts. */
export function stripText(page: Page): Promise<string> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.strip [data-token]')].map((token) => token.textContent).join(''),
  );
}

/** One reading as the table shows it, with two digits. */
interface ReadingShown {
  readonly stand: string;
  readonly score: number;
}

/** All readings in order, from the table. */
export async function readingsShown(page: Page): Promise<readonly ReadingShown[]> {
  const table = page.getByRole('region', { name: /^Readings,/ });
  if (!(await table.isVisible())) {
    const details = page.getByRole('button', { name: 'Details' }).first();
    if ((await details.getAttribute('aria-expanded')) === 'false') await details.click();
    await page.getByText('Show the numbers as tables').click();
    await table.waitFor();
  }
  const rows = await table
    .locator('tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  await page.getByRole('radio', { name: 'Text', exact: true }).check();
  return rows.map(([stand = '', score = '']) => ({ stand, score: Number(score.replace('−', '-')) }));
}

/** Scores at the ends of sentences in order, from the table. */
export async function sentenceReadings(page: Page): Promise<number[]> {
  return (await readingsShown(page)).filter(({ stand }) => stand === 'sentence').map(({ score }) => score);
}

/** Fills the field of tokens in Write, which is folded until it is wanted. */
export async function fillTokens(page: Page, tokens: number): Promise<void> {
  const field = page.getByRole('spinbutton', { name: 'Tokens', exact: true });
  const fold = page.getByText('Length, seed and chance', { exact: true });
  await fold.waitFor();
  if (!(await field.isVisible())) await fold.click();
  await field.fill(String(tokens));
}

/** Sets how many tokens the model writes at most: in the Write place, and back. */
export async function writeAtMost(page: Page, tokens: number): Promise<void> {
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Write', exact: true }).click();
  await fillTokens(page, tokens);
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Read', exact: true }).click();
  await page.getByRole('button', { name: 'Continue this text' }).waitFor();
}

/** Runs the numbers check by its button and expects it to pass, with all 24 greedy words of both prompts. */
export async function checkNumbers(page: Page, timeoutMs: number): Promise<void> {
  await page.getByRole('button', { name: 'Diagnostics', exact: true }).first().click();
  await page.getByRole('button', { name: 'Check the numbers' }).click();
  const verdict = page.getByText(/^(Passed\.|Failed: )/);
  const problem = page.getByRole('alert');
  await verdict.or(problem).first().waitFor({ timeout: timeoutMs });
  expect(await problem.allInnerTexts()).toEqual([]);
  expect(await verdict.innerText()).toBe('Passed.');
  await page.getByText('Error by layer').click();
  const table = page.getByRole('region', { name: 'Numbers check by layer' });
  expect(await table.innerText()).toMatch(/24 of 24\s+24 of 24/);
  expect(await table.getByRole('row').count()).toBe(1 + 5 + 31);
  await page.keyboard.press('Escape');
}
