/** `npm run build:widget`: the module that draws a run in a notebook, as one file in the Python package. */
import { join } from 'node:path';
import { build } from 'vite';
import { ROOT } from './packages.mjs';

await build({
  root: ROOT,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  build: {
    target: 'es2022',
    outDir: join(ROOT, 'python/flipside'),
    emptyOutDir: false,
    lib: { entry: join(ROOT, 'src/embed/widget.ts'), formats: ['es'], fileName: () => 'widget.js' },
  },
});
