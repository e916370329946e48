/** The build step for embedded readings: `embed.html` with one small script of its own, apart from the page's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

/** The files in a build. */
export const EMBED = { page: 'embed.html', script: 'embed.js' };

/** Vite plugin: adds both to every build. In development Vite serves embed.html as it is. */
export function embed() {
  return {
    name: 'flipside-embed',
    apply: 'build',
    async generateBundle() {
      const { build } = await import('vite');
      const [{ output }] = await build({
        root: ROOT,
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        build: {
          write: false,
          target: 'es2022',
          lib: { entry: join(ROOT, 'src/embed/main.ts'), formats: ['es'], fileName: 'embed' },
        },
      });
      const source = '/src/embed/main.ts';
      const html = readFileSync(join(ROOT, EMBED.page), 'utf8');
      if (!html.includes(source)) throw new Error(`${EMBED.page} must start ${source}.`);
      this.emitFile({ type: 'asset', fileName: EMBED.page, source: html.replace(source, `./${EMBED.script}`) });
      this.emitFile({ type: 'asset', fileName: EMBED.script, source: output[0].code });
    },
  };
}
