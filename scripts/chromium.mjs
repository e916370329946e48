/** Where Chromium is and how the tests start it. Node's own modules only, so that it works before anything is installed. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** @returns {string | null} the first Chromium on the PATH, or the one that FLIPSIDE_CHROMIUM names */
export function findChromium() {
  const named = process.env['FLIPSIDE_CHROMIUM'];
  if (named) return existsSync(named) ? named : null;
  for (const dir of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const path = join(dir, name);
      if (existsSync(path)) return path;
    }
  }
  return null;
}

/** The browser of the tests; `scripts/test.mjs` has seen to it that there is one. */
export const CHROMIUM = findChromium() ?? 'chromium';

/** Flags for every start: no sandbox inside containers, and none of the browser's own background requests. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Real WebGPU without a graphics processor: Chromium's software adapter. */
export const SOFTWARE_GPU_FLAGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
