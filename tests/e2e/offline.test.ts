/** The page without a network, after one visit with one; and a build that takes the place of the one before. */
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright';
import { preview, type PreviewServer } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import { writeServiceWorker } from '../../scripts/offline.mjs';
import { BASE, loadModel, readText, stripText } from './site.ts';

const MINUTE = 60_000;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const STORIES = (
  JSON.parse(readFileSync(join(ROOT, 'public/recordings/index.json'), 'utf8')) as { recordings: { id: string }[] }
).recordings.map(({ id }) => id);
const MILD_STORY = 'Steady kind';
const NEWER = /A newer version of this page is here/;

let scratch: string;
/** A build like dist/, but with another program and another title of a story; each test sees the one or the other at one address. */
let changedDist: string;
/** Name of the program of the changed build. */
let changedProgram: string;
let browser: Browser;
let context: BrowserContext;
let server: PreviewServer | null;
/** Takes connections and never answers. */
let silence: Server | null;
let address: string;
let failed: string[];
let faults: string[];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'flipside-offline-'));
  changedDist = join(scratch, 'dist');
  await makeChangedBuild();
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
}, 2 * MINUTE);
afterAll(async () => {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  failed = [];
  faults = [];
  server = null;
  silence = null;
});
afterEach(async () => {
  await context.close();
  await server?.close();
  silence?.closeAllConnections();
  silence?.close();
});

/**
 * Makes a build with other names for all scripts, as another build of other code has them, and with a renamed story. A
 * script of the same name must hold the same bytes: what was kept under that name is not asked for again.
 */
async function makeChangedBuild(): Promise<void> {
  cpSync(DIST, changedDist, { recursive: true, filter: (source) => source !== join(DIST, 'models') });
  symlinkSync(join(DIST, 'models'), join(changedDist, 'models'));
  const assets = join(changedDist, 'assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  const renamed = new Map(
    scripts.map((name) => [name, name.replace(/.(?=\.js$)/, (last) => (last === '0' ? '1' : '0'))]),
  );
  const rename = (path: string): void =>
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/[\w.-]+\.js\b/g, (name) => renamed.get(name) ?? name),
    );
  for (const [name, other] of renamed) {
    rename(join(assets, name));
    renameSync(join(assets, name), join(assets, other));
  }
  const html = join(changedDist, 'index.html');
  rename(html);
  changedProgram = /src="\.\/assets\/(index-[\w-]+\.js)"/.exec(readFileSync(html, 'utf8'))?.[1] ?? '';
  const index = join(changedDist, 'recordings', 'index.json');
  writeFileSync(index, readFileSync(index, 'utf8').replace('"Betrayal"', '"Betrayal, retold"'));
  await writeServiceWorker(changedDist);
}

/** Serves a build as `npm start` does, at the address of the first call if it was called before. */
async function serve(dir: string, base = BASE): Promise<void> {
  const port = server === null ? 0 : Number(new URL(address).port);
  await server?.close();
  server = await preview({
    root: ROOT,
    base,
    logLevel: 'error',
    build: { outDir: dir },
    preview: { port, strictPort: port !== 0, host: 'localhost', open: false },
  });
  address = server.resolvedUrls?.local[0] ?? '';
}

async function takeNetworkAway(): Promise<void> {
  await context.setOffline(true);
  await server?.close();
  server = null;
}

/** Puts a network in the server's place that neither answers nor fails. */
async function fallSilent(): Promise<void> {
  const port = Number(new URL(address).port);
  await server?.close();
  server = null;
  silence = createServer(() => undefined);
  await new Promise<void>((resolve) => silence?.listen(port, 'localhost', resolve));
}

async function open(): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('requestfailed', (request) => failed.push(request.url()));
  await page.goto(address);
  return page;
}

/** Waits until files whose paths match are kept, and a service worker answers for the page. */
async function waitUntilStored(page: Page, ...patterns: readonly RegExp[]): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, { timeout: MINUTE });
  await expect
    .poll(
      async () => {
        const kept = await keptFiles(page);
        return patterns.filter((pattern) => !kept.some((path) => pattern.test(path))).map(String);
      },
      { timeout: MINUTE },
    )
    .toEqual([]);
}

const keptFiles = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const requests = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map((request) => new URL(request.url).pathname);
  });

const storyShows = (page: Page): Promise<void> => page.locator('.fork .words').waitFor();

test(
  'after one visit the page opens without network and server: story, charts, every place, every recording, every set',
  async () => {
    await serve(DIST);
    const page = await open();
    await storyShows(page);
    await waitUntilStored(page, /plotly-cartesian/, /recordings\/dream\.json$/, /TrainView/);
    await takeNetworkAway();
    failed.length = 0;
    await page.reload();
    await storyShows(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.getByText(MILD_STORY, { exact: true }).first().click();
    await page.getByRole('status').filter({ hasText: MILD_STORY }).waitFor({ state: 'attached' });
    await page.locator('.js-plotly-plot .scatterlayer').first().waitFor();
    expect(
      await page.evaluate(
        (ids) => Promise.all(ids.map(async (id) => (await fetch(`./recordings/${id}.json`)).ok)),
        STORIES,
      ),
    ).toEqual(STORIES.map(() => true));
    for (const place of ['Write', 'Steer', 'Look inside', 'Experiments', 'Library', 'Train']) {
      await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place, exact: true }).click();
      await page.waitForFunction((title) => document.title.startsWith(title), place);
      await page.locator('main:not([aria-busy])').waitFor();
      expect(await page.getByText('did not arrive').count()).toBe(0);
    }
    await page.getByRole('button', { name: 'Train a probe of your own' }).click();
    for (const axis of ['kind – cruel', 'terse – wordy']) {
      await page.locator('label', { hasText: axis }).first().click();
      await expect.poll(() => page.getByRole('radio', { name: axis }).isChecked()).toBe(true);
      await page
        .getByText(/\d+ topics/)
        .first()
        .waitFor();
    }
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    expect({ failed, faults }).toEqual({ failed: [], faults: [] });
  },
  2 * MINUTE,
);

test(
  'a model that was started once starts and reads without a network, with any probe, and lies in no second place',
  async () => {
    await serve(DIST);
    const page = await open();
    await storyShows(page);
    await waitUntilStored(page, /TrainView/);
    await loadModel(page, 2 * MINUTE);
    await waitUntilStored(page, /threaded-[\w-]+\.wasm$/, /terse-wordy\.directions/);
    const kept = await keptFiles(page);
    expect(kept.filter((path) => path.includes('/models/'))).toEqual([]);
    expect(kept.filter((path) => /asyncify|jspi/.test(path) && path.endsWith('.wasm'))).toEqual([]);
    await takeNetworkAway();
    await page.reload();
    await storyShows(page);
    await loadModel(page, 2 * MINUTE);
    await page.getByText('Your own text', { exact: true }).first().click();
    await page.getByRole('combobox', { name: /probe/i }).first().selectOption({ label: 'Honest–deceptive' });
    await page.getByRole('status').filter({ hasText: 'Honest–deceptive' }).waitFor({ state: 'attached' });
    const text = 'Ada kept the lighthouse. She lied about the lamp.';
    await readText(page, text, MINUTE);
    expect(await stripText(page)).toBe(text);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(faults).toEqual([]);
  },
  5 * MINUTE,
);

test(
  'a changed build is shown on the next visit, takes the place of the one before, and works without a network',
  async () => {
    await serve(DIST);
    const page = await open();
    await waitUntilStored(page, /TrainView/, /plotly-cartesian/);
    const [before] = await page.evaluate(() => caches.keys());
    await serve(changedDist);
    await page.reload();
    await page.getByText('Betrayal, retold').first().waitFor();
    await expect.poll(() => page.evaluate(() => caches.keys()), { timeout: MINUTE }).not.toContain(before);
    await waitUntilStored(page, new RegExp(changedProgram), /TrainView/, /plotly-cartesian/);
    expect(await page.evaluate(async () => (await caches.keys()).length)).toBe(1);
    expect(await page.getByText(NEWER).count()).toBe(0);
    await takeNetworkAway();
    await page.reload();
    await page.getByText('Betrayal, retold').first().waitFor();
    expect(faults).toEqual([]);
  },
  3 * MINUTE,
);

test(
  'a page that stays open is told of a newer build and is left as it is, with all that it may still need',
  async () => {
    await serve(DIST);
    const page = await open();
    await waitUntilStored(page, /TrainView/, /plotly-cartesian/);
    await page.evaluate(() => document.body.setAttribute('data-mark', 'same document'));
    await serve(changedDist);
    const second = await open();
    await second.getByText('Betrayal, retold').first().waitFor();
    await page.getByText(NEWER).first().waitFor({ timeout: MINUTE });
    expect(await second.getByText(NEWER).count()).toBe(0);
    expect(await page.evaluate(() => document.body.getAttribute('data-mark'))).toBe('same document');
    // Its own program is not on the server any more: what it has not used yet comes from what it kept.
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByRole('heading', { name: 'Can we trust Kind–cruel?' }).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('complementary', { name: 'Newer version' }).count()).toBe(0);
  },
  3 * MINUTE,
);

test(
  'a network that neither answers nor fails keeps nobody from what is kept',
  async () => {
    await serve(DIST);
    const page = await open();
    await storyShows(page);
    await waitUntilStored(page, /plotly-cartesian/, /TrainView/);
    await fallSilent();
    await page.reload({ waitUntil: 'commit' });
    await storyShows(page);
    expect(faults).toEqual([]);
  },
  2 * MINUTE,
);

test(
  'a browser with no room left shows the page all the same',
  async () => {
    await serve(DIST);
    const blank = await context.newPage();
    await blank.goto(`${address}theme.js`);
    const session = await context.newCDPSession(blank);
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(address).origin, quotaSize: 1000 });
    const page = await open();
    await storyShows(page);
    await page.getByText(MILD_STORY, { exact: true }).first().click();
    await page.getByRole('status').filter({ hasText: MILD_STORY }).waitFor({ state: 'attached' });
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Train', exact: true }).click();
    await page.getByRole('heading', { name: 'Can we trust Kind–cruel?' }).waitFor();
    expect(await keptFiles(page)).not.toContain('/');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(faults).toEqual([]);
  },
  2 * MINUTE,
);

test(
  'it works under a path of its own',
  async () => {
    await serve(DIST, '/tools/flipside/');
    const page = await open();
    await waitUntilStored(page, /^\/tools\/flipside\/$/, /TrainView/);
    await takeNetworkAway();
    await page.reload();
    await storyShows(page);
    expect(faults).toEqual([]);
  },
  2 * MINUTE,
);
