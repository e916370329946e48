/** A reading in a frame of another site: its words, keys, appearance, size, and what it says of a link that is wrong. */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Frame, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import { EMBED } from '../../scripts/embed.mjs';
import { parseRecording } from '../../src/formats/runs/recording-json.ts';
import { tracePoints } from '../../src/reading/trace.ts';
import { codeOf } from '../../src/state/runs/link-code.ts';
import { sharedOf } from '../fixtures/samples/shipped-shared.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const run = parseRecording(readFileSync(join(ROOT, 'public/recordings/mercy.json'), 'utf8'));

const shared = sharedOf(run);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
};

let builtSite: Server;
let otherSite: Server;
let browser: Browser;
let built = '';
let framed = '';
const sent: string[] = [];

const addressOf = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
};

beforeAll(async () => {
  builtSite = createServer((request, response) => {
    const path = join(DIST, (request.url ?? '/').split('?')[0]?.slice('/x'.length) ?? '');
    sent.push(path);
    if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  const address = (built = await addressOf(builtSite));
  otherSite = createServer((request, response) => {
    const theme = request.url?.includes('dark') === true ? '?theme=dark' : '';
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><link rel="icon" href="data:,"><title>A blog</title><iframe title="A reading" width="640" height="480"></iframe>
      <script>document.querySelector('iframe').src = '${address}/x/${EMBED.page}${theme}#' + location.hash.slice(1)</script>`);
  });
  framed = await addressOf(otherSite);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
});
afterAll(async () => {
  await browser.close();
  for (const server of [builtSite, otherSite]) {
    server.closeAllConnections();
    server.close();
  }
});

/** The frame on a page of another site. */
async function frameOf(code: string, path = '/'): Promise<{ page: Page; frame: Frame; faults: string[] }> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(`${framed}${path}#${code}`);
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  if (frame === null) throw new Error('There is no frame.');
  await frame.locator('main > *').first().waitFor();
  return { page, frame, faults };
}

test('a link shows its reading in a frame, with every number, by keys too, and nothing else is fetched', async () => {
  sent.length = 0;
  const { page, frame, faults } = await frameOf(`/read?s=${await codeOf(shared)}`);
  expect(sent.map((path) => path.slice(DIST.length + 1)).sort()).toEqual([EMBED.page, EMBED.script].sort());
  expect(await frame.locator('.text').innerText()).toBe(run.text);
  const points = tracePoints(run.taps, run.tokens.length, null, run.defaultLayer);
  const rows = await frame
    .locator('tr')
    .evaluateAll((all) => all.map((row) => row.lastElementChild?.previousElementSibling?.textContent));
  expect(rows).toHaveLength(points.length + 1);
  points.forEach(({ score }, at) => expect(Number(rows[at + 1]?.replace('−', '-'))).toBeCloseTo(score, 1));
  const stretches = frame.getByRole('option');
  await stretches.first().focus();
  await page.keyboard.press('ArrowRight');
  expect(await stretches.nth(1).evaluate((each) => each === document.activeElement)).toBe(true);
  expect(await frame.getByRole('status').innerText()).toMatch(
    /^“.+” (kind|cruel) [+−]\d\.\d\d; random directions read /,
  );
  await page.keyboard.press('End');
  expect(await stretches.last().evaluate((each) => each === document.activeElement)).toBe(true);
  expect(await frame.getByRole('link', { name: 'Open in Flipside' }).getAttribute('href')).toMatch(/^\.\/#\/read\?s=/);
  expect(faults).toEqual([]);
  await page.close();
});

test.each(['/', '/dark'])(
  'its appearance follows the reader or the address, and has no barrier that axe knows (%s)',
  async (path) => {
    const { page, frame, faults } = await frameOf(await codeOf(shared), path);
    const ground = await frame.locator('body').evaluate((body) => getComputedStyle(body).backgroundColor);
    expect(ground).toBe(path === '/' ? 'rgb(252, 252, 252)' : 'rgb(23, 25, 29)');
    await frame.evaluate(AXE);
    const found = await frame.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
      return (await axe.run()).violations.map(({ id }) => id);
    });
    expect(found).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  },
);

test('a link that is newer, cut or without a reading says so, and shows nothing', async () => {
  const code = await codeOf(shared);
  for (const [wrong, says] of [
    [`99${code.slice(1)}`, 'was made by a newer Flipside'],
    [code.slice(0, -20), 'was cut'],
    [await codeOf({ ...shared, readings: null }), 'carries no reading'],
    ['<script>', 'is none that Flipside makes'],
  ] as const) {
    const { page, frame } = await frameOf(wrong);
    expect(await frame.getByRole('alert').innerText()).toContain(says);
    expect(await frame.locator('main > *').count()).toBe(1);
    await page.close();
  }
});

test('what the built page copies of a recorded story shows that story in a frame', async () => {
  const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  await page.goto(`${built}/x/index.html#/read`);
  await page.locator('[data-tour="stories"]').getByText('New bakery', { exact: true }).click();
  await page.getByRole('heading', { name: 'New bakery', exact: true }).waitFor();
  await page.getByText('Export', { exact: true }).click();
  await page.getByRole('button', { name: 'Copy embed', exact: true }).click();
  const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(copied, { timeout: 60_000 }).toContain('<iframe ');
  const blog = await context.newPage();
  await blog.setContent(`<!doctype html><title>A blog</title>${await copied()}`);
  const words = blog.frameLocator('iframe').locator('.text');
  await words.waitFor();
  const bakery = parseRecording(readFileSync(join(ROOT, 'public/recordings/bakery.json'), 'utf8'));
  expect(await words.innerText()).toBe(bakery.text);
  await context.close();
});

test('page and script have fewer than 150,000 bytes', () => {
  const bytes = [EMBED.page, EMBED.script].reduce((sum, name) => sum + statSync(join(DIST, name)).size, 0);
  expect(bytes).toBeLessThan(150_000);
});
