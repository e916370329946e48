/** The build step for use without a network: lists the files of a build and writes the service worker that keeps them. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ROOT } from './packages.mjs';

/** The service worker's name in a build. */
export const SERVICE_WORKER = 'sw.js';

/** Models have a storage of their own; the rest is for people and tools. */
const NOT_KEPT = [/^models\//, /(^|\/)\./, /\.(map|md)$/, new RegExp(`^${SERVICE_WORKER.replace('.', '\\.')}$`)];

/** Larger files are kept only once they are used. */
const LARGEST_FIRST_BYTES = 512 * 1024;

/** Vite plugin: ends every build that is written with its service worker. */
export function offline() {
  return {
    name: 'flipside-offline',
    apply: 'build',
    async writeBundle({ dir }) {
      await writeServiceWorker(dir);
    },
  };
}

/** Writes the service worker of the build in `dir`. */
export async function writeServiceWorker(dir) {
  const files = builtFiles(dir);
  const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
  const { build } = await import('vite');
  const [{ output }] = await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: { BUILD: JSON.stringify({ version, files }) },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: join(ROOT, 'src/offline/service-worker.ts'), formats: ['iife'], name: 'flipside' },
    },
  });
  writeFileSync(join(dir, SERVICE_WORKER), output[0].code);
}

/** Every file of a build that can be kept, by its path from the page, in order. */
export function builtFiles(dir) {
  const names = readdirSync(dir, { recursive: true })
    .map((name) => String(name).split(sep).join('/'))
    .sort();
  return names.flatMap((name) => {
    const path = join(dir, name);
    if (!statSync(path).isFile() || NOT_KEPT.some((pattern) => pattern.test(name))) return [];
    const bytes = readFileSync(path);
    const integrity = `sha256-${createHash('sha256').update(bytes).digest('base64')}`;
    return [
      {
        path: name === 'index.html' ? '' : name,
        kind: kindOf(name, bytes.length),
        hashed: name.startsWith('assets/'),
        integrity,
      },
    ];
  });
}

function kindOf(name, bytes) {
  // Without the engine's script nothing that is kept of models can even be listed.
  if (bytes <= LARGEST_FIRST_BYTES || /\.worker-[\w-]{8}\.js$/.test(name)) return 'first';
  if (name.endsWith('.wasm')) return /asyncify|jspi/.exec(name)?.[0] ?? 'wasm';
  if (name.endsWith('.safetensors')) return 'probe';
  return name.includes('plotly') ? 'chart' : 'other';
}
