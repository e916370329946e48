/**
 * The page as `npm start -- --dev` serves it with a model host: a model comes from a hub on another port once the reader allows it, and
 * from nowhere else.
 */
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import { HOSTS_VARIABLE } from '../../src/models/model-hosts.ts';
import { startHub } from '../fixtures/servers/hub-server.ts';
import { type OtherServer, startOtherServer } from '../fixtures/servers/other-server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RUN = 'e2e-run';
/** What the worker needs is made ready first: a server that finds it on the way loads the page anew. */
const READY = {
  exclude: ['onnxruntime-web'],
  include: [
    '@noble/hashes/sha2.js',
    '@noble/hashes/legacy.js',
    '@noble/hashes/utils.js',
    '@huggingface/tokenizers',
    '@huggingface/jinja',
  ],
};
let hub: Awaited<ReturnType<typeof startHub>>;
let other: OtherServer;
let server: ViteDevServer;
let browser: Browser;
let page: Page;
let address: string;
const asked: string[] = [];

beforeAll(async () => {
  hub = await startHub();
  other = await startOtherServer();
  process.env[HOSTS_VARIABLE] = hub.address;
  server = await (
    await createServer({
      root: ROOT,
      logLevel: 'error',
      appType: 'mpa',
      cacheDir: 'node_modules/.vite-e2e-models',
      optimizeDeps: READY,
      server: { port: 0, host: 'localhost', open: false },
    })
  ).listen();
  delete process.env[HOSTS_VARIABLE];
  address = server.resolvedUrls?.local[0] ?? '';
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
  page = await (await browser.newContext()).newPage();
  page.context().on('request', (request) => asked.push(request.url()));
});
afterAll(async () => {
  await browser.close();
  await server.close();
  hub.server.close();
  other.server.close();
});

const named = () => page.getByText('toy (q4)', { exact: true });

const ofHub = (): readonly string[] => asked.filter((url) => url.startsWith(hub.address));
const allow = () => page.getByRole('button', { name: /^Allow localhost/ });

test('the host is not asked before the reader allows it', async () => {
  for (const place of ['read', 'write', 'library', 'library/models']) {
    await page.goto(`${address}#/${place}`);
    await page.getByRole('heading').first().waitFor();
  }
  await page.getByText(/This copy can fetch models from localhost:\d+, once you allow it\./).waitFor();
  expect(await page.getByRole('textbox', { name: /^A model on/ }).count()).toBe(0);
  await page.waitForLoadState('networkidle');
  expect(ofHub()).toEqual([]);
  await allow().click();
  await page.getByRole('textbox', { name: /^A model on localhost/ }).waitFor();
  expect(ofHub()).toEqual([]);
});

test('a model of the named host is listed, weighed, loaded, and is there at the next visit without a request', async () => {
  await page.goto(`${address}#/library/models`);
  await page.getByRole('textbox', { name: /^A model on localhost/ }).fill(`${RUN}/toy`);
  await page.getByRole('button', { name: 'Look', exact: true }).click();
  await page.getByRole('radio', { name: /^q4 / }).click();
  // Keys and values of 3 layers: 2 heads of 16 numbers of 4 bytes each.
  await page.getByText(/and 786 kB for a text of 1.024 tokens\./).waitFor();
  await page.getByText(/This browser offers no graphics card, so it would run on the processor/).waitFor();
  await page.getByRole('button', { name: /^Load q4/ }).click();
  await page.getByText(/is loaded: 3 layers of 64, on the processor/).waitFor({ timeout: 120_000 });
  await page.getByRole('region', { name: 'No probe for this model' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'toy (q4)' }).getByText('in use').waitFor();

  expect(asked.filter((url) => url.startsWith(`${hub.address}/cdn/${RUN}/onnx/`))).toHaveLength(3);
  asked.length = 0;
  await page.goto(`${address}#/write`);
  await page.reload();
  await page
    .getByText(/load toy \(q4\)\./)
    .first()
    .waitFor();
  await page
    .getByRole('button', { name: /^Load (the model|and )/ })
    .first()
    .click();
  await named()
    .or(page.getByRole('region', { name: 'No probe for this model' }))
    .first()
    .waitFor({ timeout: 120_000 });
  expect(ofHub()).toEqual([]);
});

test('consent that is taken back holds at the next visit, and what is stored still loads', async () => {
  await page.goto(`${address}#/library/models`);
  await page.getByRole('button', { name: 'Do not allow it any more' }).click();
  await allow().waitFor();
  await page.reload();
  await allow().waitFor();
  await page
    .getByRole('button', { name: /^Load the model/ })
    .first()
    .click();
  await page.getByText(/is loaded: 3 layers of 64/).waitFor({ timeout: 120_000 });
  expect(ofHub()).toEqual([]);
});

test('the page’s own policy still refuses every other address', async () => {
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
  expect(
    await page.evaluate(
      (url) => fetch(`${url}/api/models/e2e-run/toy?blobs=true`).then((response) => response.status),
      hub.address,
    ),
  ).toBe(200);
});

test('the policy holds in the engine’s worker too: the named host answers it, and no other', async () => {
  const [worker] = page.workers();
  const ask = (url: string): Promise<string> =>
    worker!.evaluate(
      (address) =>
        fetch(address).then(
          ({ status }) => `answered ${status}`,
          () => 'refused',
        ),
      url,
    );
  expect(await ask(`${hub.address}/api/models/e2e-run/toy?blobs=true`)).toBe('answered 200');
  expect(await ask(other.address)).toBe('refused');
  expect(other.asked).toEqual([]);
});

test('a link to a file of the named host that leads on to an unnamed one is refused, and that one is not asked', async () => {
  const leading = `${hub.address}/elsewhere?to=${other.address}/run.json`;
  await page.goto(`${address}#run=${encodeURIComponent(leading)}`);
  await page.getByRole('button', { name: 'Open the reading' }).click();
  await page.getByText(/did not give elsewhere|leads on to/).waitFor();
  expect(other.asked).toEqual([]);
});
