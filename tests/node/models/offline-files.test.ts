/** The list of files that a build keeps for use without a network. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builtFiles, SERVICE_WORKER, writeServiceWorker } from '../../../scripts/offline.mjs';
import { lastingName } from '../../../src/models/offline-files.ts';

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'flipside-files-'))));
afterEach(() => rmSync(dir, { recursive: true }));

function put(path: string, bytes = 10): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), 'x'.repeat(bytes));
}

const LARGE = 600 * 1024;

describe('the files of a build', () => {
  test('are each of a kind: small ones come first, large ones once they are used', () => {
    put('index.html');
    put('recordings/a.json');
    put('assets/index-abcd1234.js');
    put('assets/plotly-cartesian.min-abcd1234.js', LARGE);
    put('assets/ort-wasm-simd-threaded-abcd1234.wasm', LARGE);
    put('assets/ort-wasm-simd-threaded.asyncify-abcd1234.wasm', LARGE);
    put('assets/ort-wasm-simd-threaded.jspi-abcd1234.wasm', LARGE);
    put('assets/kind-cruel.directions-abcd1234.safetensors', LARGE);
    put('assets/film-abcd1234.webm', LARGE);
    put('assets/engine.worker-abcd1234.js', LARGE);
    expect(builtFiles(dir).map(({ path, kind, hashed }) => [path, kind, hashed])).toEqual([
      // Whatever it weighs: without it nothing that is kept of models can even be listed.
      ['assets/engine.worker-abcd1234.js', 'first', true],
      ['assets/film-abcd1234.webm', 'other', true],
      ['assets/index-abcd1234.js', 'first', true],
      ['assets/kind-cruel.directions-abcd1234.safetensors', 'probe', true],
      ['assets/ort-wasm-simd-threaded-abcd1234.wasm', 'wasm', true],
      ['assets/ort-wasm-simd-threaded.asyncify-abcd1234.wasm', 'asyncify', true],
      ['assets/ort-wasm-simd-threaded.jspi-abcd1234.wasm', 'jspi', true],
      ['assets/plotly-cartesian.min-abcd1234.js', 'chart', true],
      ['', 'first', false],
      ['recordings/a.json', 'first', false],
    ]);
  });

  test('leave out models, notes, hidden files and the service worker itself', () => {
    for (const path of [
      'models/m.manifest.json',
      'models/m/weights',
      '.vite/manifest.json',
      '.flipside-stamp',
      'README.md',
      'assets/a-abcd1234.js.map',
      SERVICE_WORKER,
    ])
      put(path);
    expect(builtFiles(dir)).toEqual([]);
  });

  test('carry the checksum by which a browser refuses another file in their place', () => {
    put('index.html');
    const digest = createHash('sha256')
      .update(readFileSync(join(dir, 'index.html')))
      .digest('base64');
    expect(builtFiles(dir)[0]?.integrity).toBe(`sha256-${digest}`);
  });

  test('make another service worker when any of them changes, and the same one otherwise', async () => {
    put('index.html');
    put('theme.js');
    const written = async (): Promise<string> => {
      await writeServiceWorker(dir);
      return readFileSync(join(dir, SERVICE_WORKER), 'utf8');
    };
    const first = await written();
    expect(first).toContain('theme.js');
    expect(await written()).toBe(first);
    put('theme.js', 11);
    expect(await written()).not.toBe(first);
  });
});

test.each([
  ['assets/ort-wasm-simd-threaded.asyncify-D5D0fo7z.wasm', 'assets/ort-wasm-simd-threaded.asyncify.wasm'],
  ['assets/kind-cruel.directions-_w1M-OSR.safetensors', 'assets/kind-cruel.directions.safetensors'],
  ['recordings/double-agent.json', 'recordings/double-agent.json'],
  ['', ''],
])('%s lasts from build to build as %s', (path, lasting) => {
  expect(lastingName(path)).toBe(lasting);
});
