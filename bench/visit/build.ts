/** Makes the page of the benchmark around the engine of a checkout, and serves it with that checkout's models and probes. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** A page that is served. */
export interface ServedVisit {
  readonly address: string;
  close(): void;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** Builds the page with the engine of `checkout` into `outDir`, and serves it on a free port. */
export async function serveVisit(checkout: string, outDir: string): Promise<ServedVisit> {
  await build({
    root: `${HERE}page`,
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    resolve: { alias: engineOf(checkout) },
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 },
  });
  const folders: Readonly<Record<string, string>> = { models: join(checkout, 'public'), probes: checkout };
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const file = join(folders[path.split('/')[1] ?? ''] ?? outDir, path === '/' ? 'index.html' : path);
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What the page's worker imports of the engine, and where version 0.2.0 had it. */
const ENGINE = { 'formats/probe/probe.ts': 'format/probe.ts', 'engine/web-engine.ts': 'runtime/web-engine.ts' };

/** The same files of another checkout. */
const engineOf = (checkout: string): { find: string; replacement: string }[] =>
  Object.entries(ENGINE).map(([path, older]) => ({
    find: `../../../src/${path}`,
    replacement: join(checkout, 'src', existsSync(join(checkout, 'src', path)) ? path : older),
  }));
