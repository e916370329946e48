/** Makes the benchmark's page. Vite is loaded only here: where the page is built already, it need not be there. */
import { fileURLToPath } from 'node:url';
import { ensurePackages, ROOT } from '../../scripts/packages.mjs';

/** Where the built page lies, out of the way of lint and of the page that is shipped. */
export const PAGE = `${ROOT}node_modules/.cache/bench-engine`;

const HERE = fileURLToPath(new URL('.', import.meta.url));

/**
 * Installs what ours is measured against (its own lockfile; transformers.js is Apache-2.0, 167 MB with its runtime) and
 * builds the page. Two packages that only Node would use are named away in bench/engine/package.json, 290 MB of them.
 */
export async function buildPage(): Promise<void> {
  ensurePackages(HERE);
  const { build } = await import('vite');
  const modules = `${HERE}node_modules`;
  await build({
    root: `${HERE}page`,
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    // By path, so that nothing of the page can name it by accident.
    resolve: {
      alias: [
        { find: /^transformers-js$/, replacement: `${modules}/@huggingface/transformers/dist/transformers.web.js` },
        { find: /^transformers-js-runtime\//, replacement: `${modules}/onnxruntime-web/dist/` },
      ],
    },
    worker: { format: 'es' },
    build: { outDir: PAGE, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 4000 },
  });
}
