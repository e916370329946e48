/** "Nothing leaves this tab", held to: every place and story of the built page, and every address that was asked for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page, Worker } from 'playwright';
import type { Plugin } from 'vite';
import { siteHeaders } from '../../vite.config.ts';
import { type OtherServer, startOtherServer } from '../fixtures/servers/other-server.ts';
import { BASE, loadButton, Site, waitForStatus } from './site.ts';

/** A script beside the page that asks another address as soon as it runs, and tells what came of it. */
const ASKING = '/asking.js';
const asking: Plugin = {
  name: 'asking',
  configurePreviewServer({ middlewares }) {
    middlewares.use(ASKING, (_, response) =>
      response
        .writeHead(200, { 'Content-Type': 'text/javascript', ...siteHeaders })
        .end(
          "onmessage = ({ data }) => fetch(data).then(() => postMessage('answered'), () => postMessage('refused'));",
        ),
    );
  },
};

/** Tells the engine's worker of four cores, so that the runtime starts a thread wherever this runs. */
const fourCores: Plugin = {
  name: 'four-cores',
  configurePreviewServer({ middlewares, config }) {
    middlewares.use((request, response, next) => {
      const [path] = /\/assets\/engine\.worker-[\w-]+\.js$/.exec(request.url ?? '') ?? [];
      if (path === undefined) return next();
      const script = readFileSync(join(config.root, config.build.outDir, path), 'utf8');
      response
        .writeHead(200, { 'Content-Type': 'text/javascript', ...siteHeaders })
        .end(`Object.defineProperty(navigator, 'hardwareConcurrency', { value: 4 });${script}`);
    });
  },
};

let site: Site;
let page: Page;
let other: OtherServer;
beforeAll(async () => {
  other = await startOtherServer();
  site = await Site.open([], { plugins: [asking] });
  page = await site.page();
});
afterAll(async () => {
  await site.close();
  other.server.close();
});

/** Requests that left for anywhere but the page's own address; `data:` and `blob:` leave for nowhere. */
const elsewhere = (): string[] =>
  site.requests.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(site.address));

test('the page opens, every story is shown, every place is visited and the help is read: all of it from one address', async () => {
  await page.locator('.fork .words').waitFor();
  for (const story of await page.getByRole('group', { name: 'Recorded stories' }).getByRole('radio').all()) {
    const title = await story.evaluate((radio) => radio.closest('label')!.textContent.trim());
    await page.getByText(title, { exact: true }).last().click();
    const show = page.getByRole('button', { name: 'Show the story' });
    const shown = page.getByRole('heading', { name: title, exact: true });
    await show.or(shown).first().waitFor();
    if (await show.isVisible()) await show.click();
    await shown.waitFor();
  }
  for (const [place, sign] of [
    ['Write', 'Let the model write'],
    ['Look inside', 'Look inside'],
    ['Steer', 'What does steering change?'],
    ['Train', 'Train a probe'],
    ['Experiments', 'What was found'],
    ['Library', 'Your runs'],
  ] as const) {
    await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: place, exact: true }).click();
    await page.getByRole('heading', { name: sign }).first().waitFor();
  }
  await page.getByRole('button', { name: 'Help', exact: true }).click();
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
  await page.keyboard.press('Escape');
  await page.waitForLoadState('networkidle');
  expect(site.requests.filter((url) => url.includes('/recordings/')).length).toBeGreaterThanOrEqual(8);
  expect(elsewhere()).toEqual([]);
  expect(site.faults).toEqual([]);
});

test('the page’s own policy refuses a request to any other address', async () => {
  const refused = await page.evaluate(async () => {
    const violation = new Promise<string>((resolve) =>
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
        once: true,
      }),
    );
    const answer = await fetch('https://elsewhere.invalid/').then(
      () => 'answered',
      () => 'refused',
    );
    return [answer, await violation];
  });
  expect(refused).toEqual(['refused', 'connect-src']);
});

test('the page’s own policy runs no script that stands in the page, and none from another address', async () => {
  const tried = await page.evaluate(async () => {
    const refused: string[] = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      refused.push(`${effectiveDirective} ${blockedURI}`),
    );
    const inline = document.createElement('script');
    inline.textContent = 'globalThis.ranInline = true';
    const image = document.createElement('img');
    image.setAttribute('onerror', 'globalThis.ranHandler = true');
    image.src = 'data:,';
    const foreign = document.createElement('script');
    foreign.src = 'https://elsewhere.invalid/x.js';
    document.body.append(inline, image, foreign);
    await new Promise((resolve) => setTimeout(resolve, 500));
    return { refused, ran: ['ranInline', 'ranHandler'].filter((name) => name in globalThis) };
  });
  expect(tried.ran).toEqual([]);
  expect(tried.refused).toContain('script-src-elem inline');
  expect(tried.refused).toContain('script-src-attr inline');
  expect(tried.refused).toContain('script-src-elem https://elsewhere.invalid/x.js');
});

/** The engine's worker, at work: the model is being loaded. */
async function engineWorker(at: Page): Promise<Worker> {
  const begun = at.waitForEvent('worker', {
    predicate: (worker) => worker.evaluate(() => self.name).then((name) => name === 'flipside-engine'),
  });
  await (await loadButton(at)).click();
  return begun;
}

/** What comes of asking an address from inside a worker. */
const ask = (worker: Worker, address: string): Promise<string> =>
  worker.evaluate(
    (url) =>
      fetch(url).then(
        () => 'answered',
        () => 'refused',
      ),
    address,
  );
/** The same from a worker that anyone who evaluates this starts from an address, as the runtime starts its threads. */
const askInWorker = ([script, address]: readonly [string, string]): Promise<string> =>
  new Promise((resolve, reject) => {
    const begun = new Worker(script, { type: 'module' });
    begun.onmessage = ({ data }: MessageEvent<string>) => resolve(data);
    begun.onerror = ({ message }) => reject(new Error(message));
    begun.postMessage(address);
  });

test('the policy holds in the engine’s worker and in the threads that it starts, also where the server sends no policy', async () => {
  const bare = await Site.open([], {
    configFile: false,
    base: BASE,
    appType: 'mpa',
    plugins: [asking, fourCores],
    preview: { headers: siteHeaders },
  });
  try {
    const answer = await fetch(bare.address);
    expect(answer.headers.get('content-security-policy')).toBeNull();
    const opened = await bare.page();
    const worker = await engineWorker(opened);
    expect(await worker.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await ask(worker, `${other.address}/from-the-worker`)).toBe('refused');
    expect(
      await worker.evaluate(askInWorker, [
        new URL(ASKING, bare.address).href,
        `${other.address}/from-a-thread`,
      ] as const),
    ).toBe('refused');
    expect(other.asked).toEqual([]);
    // Its own address is not refused, and the other server does answer anyone who may ask.
    expect(await ask(worker, new URL('recordings/index.json', bare.address).href)).toBe('answered');
    expect(await fetch(`${other.address}/from-here`).then((response) => response.text())).toBe('here');
    expect(other.asked).toEqual(['/from-here']);
    // Its threads, which wait and cannot be asked, began as that one did.
    await waitForStatus(opened, /tokens a pass/, 120_000);
    const begun = opened.workers().map((each) => new URL(each.url()).protocol);
    expect(begun.length).toBeGreaterThan(2);
    expect(new Set(begun)).toEqual(new Set(['blob:']));
  } finally {
    await bare.close();
  }
});

test('where the project serves itself every file comes with the same policy, so that it holds for a worker however it is started', async () => {
  const written = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  const script = site.requests.find((url) => url.endsWith('.js'))!;
  for (const url of [site.address, script])
    expect((await fetch(url)).headers.get('content-security-policy')).toBe(`${written}; frame-ancestors 'none'`);
  other.asked.length = 0;
  expect(await page.evaluate(askInWorker, [new URL(ASKING, site.address).href, other.address] as const)).toBe(
    'refused',
  );
  expect(other.asked).toEqual([]);
});
