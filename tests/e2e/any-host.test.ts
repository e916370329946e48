/** The built folder under a sub-path of a plain static server that sends no header of ours. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import { askHowFast, loadModel, readText, sentenceReadings, stripText } from './site.ts';

const MINUTE = 60_000;
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const PATH = '/x/flipside/';
/** What GitHub Pages and the like say of files; nothing else is sent. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

let server: Server;
let browser: Browser;
let address = '';
const missing: string[] = [];
const faults: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = join(DIST, normalize(pathname.slice(PATH.length)) || '.', pathname.endsWith('/') ? 'index.html' : '');
    if (!pathname.startsWith(PATH) || !path.startsWith(DIST) || !existsSync(path) || !statSync(path).isFile()) {
      missing.push(pathname);
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  address = `http://localhost:${(server.address() as AddressInfo).port}${PATH}`;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

async function visit(open: () => Promise<Page>): Promise<Page> {
  const page = await open();
  await page.locator('.fork .words').waitFor();
  return page;
}

test(
  'the page works from a sub-path without headers, is isolated by its own worker from the second visit on, and reads offline',
  async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await visit(async () => {
      const first = await context.newPage();
      first.on('pageerror', (error) => faults.push(error.message));
      first.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      await first.goto(address);
      return first;
    });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, { timeout: MINUTE });
    expect(await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toBe(`${address}sw.js`);

    await page.reload();
    await page.locator('.fork .words').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await askHowFast(page, 2 * MINUTE)).toMatch(/about [\d.]+ tokens a second/);
    await loadModel(page, 3 * MINUTE);
    const text = 'Ada fed the stray dog. Then she kicked it.';
    await readText(page, text, 2 * MINUTE);
    expect(await stripText(page)).toBe(text);
    expect(await sentenceReadings(page)).toHaveLength(2);
    expect(missing).toEqual([]);

    await context.setOffline(true);
    server.closeAllConnections();
    await page.reload();
    await page.locator('.fork .words').waitFor();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(faults).toEqual([]);
    await context.close();
  },
  8 * MINUTE,
);
