/** Why there is no WebGPU, for the causes that need a page or a browser of their own. */
import { chromium } from 'playwright';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServer } from 'vite';
import type { ViteDevServer } from 'vite';
import { CHROMIUM, CHROMIUM_FLAGS, SOFTWARE_GPU_FLAGS } from '../../scripts/chromium.mjs';

let server: ViteDevServer;
let port: number;

beforeAll(async () => {
  server = await createServer({
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    optimizeDeps: { noDiscovery: true },
    cacheDir: 'node_modules/.cache/capability-test',
    server: { host: '127.0.0.1', port: 0, strictPort: false, allowedHosts: true, ws: false, hmr: false, watch: null },
    plugins: [
      {
        name: 'blank-page',
        configureServer({ middlewares }) {
          middlewares.use('/blank', (_, response) =>
            response.setHeader('content-type', 'text/html').end('<!doctype html>'),
          );
        },
      },
    ],
  });
  await server.listen();
  port = (server.httpServer?.address() as AddressInfo).port;
});

afterAll(async () => {
  await server.close();
});

/** What the probe says on a page of this host in a browser with these flags. */
async function probeAt(host: string, flags: readonly string[], before = ''): Promise<unknown> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS, ...flags] });
  try {
    const page = await browser.newPage();
    await page.addInitScript(before);
    await page.goto(`http://${host}:${String(port)}/blank`);
    // Text, because the test runner rewrites functions before they could be sent to the page.
    return await page.evaluate(`import('/src/engine/capability/probe-gpu.ts')
      .then(({ probeGpu }) => probeGpu())
      .then((answer) => (answer.ok ? { ok: true, adapter: answer.adapter } : answer))`);
  } finally {
    await browser.close();
  }
}

test('a page that came over plain HTTP from another machine is told so', async () => {
  const found = await probeAt('insecure.test', [
    ...SOFTWARE_GPU_FLAGS,
    '--host-resolver-rules=MAP insecure.test 127.0.0.1',
  ]);
  expect(found).toMatchObject({ ok: false, cause: 'insecure-page' });
});

test('a browser that does not know WebGPU is told so', async () => {
  // No flag of Chromium takes WebGPU's door away any more; older browsers never had it.
  expect(await probeAt('localhost', [], 'delete Navigator.prototype.gpu')).toMatchObject({
    ok: false,
    cause: 'no-api',
  });
});

test('the same page and browser with WebGPU has an adapter', async () => {
  expect(await probeAt('localhost', SOFTWARE_GPU_FLAGS)).toMatchObject({ ok: true, adapter: { software: true } });
});
