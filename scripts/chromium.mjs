/** Where Chromium is and how the tests start it. Node's own modules only, so that it works before anything is installed. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Where browsers live that are on nobody's PATH. */
const PLACES = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** @returns {string | null} the Chromium that FLIPSIDE_CHROMIUM names, else the first on the PATH or in its usual place */
export function findChromium() {
  const named = process.env['FLIPSIDE_CHROMIUM'];
  if (named) return existsSync(named) ? named : null;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return (
    [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES].find((path) =>
      existsSync(path),
    ) ?? null
  );
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
