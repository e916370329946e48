/**
 * Builds the package `flipside` for use in other projects: `node scripts/build-library.mjs [DIR]`, by default into dist-lib/.
 * The folder is a whole package: entries without Svelte, their types, the command, and the shipped sets and probes.
 */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { rolldown } from 'rolldown';
import { ROOT, say } from './packages.mjs';

/** Each entry: its file in src/, and the address that it is imported by (null: nobody imports it by name). */
const ENTRIES = {
  stats: { source: 'library/stats.ts', address: './stats' },
  probe: { source: 'library/probe.ts', address: './probe' },
  training: { source: 'library/training.ts', address: './training' },
  graph: { source: 'library/graph.ts', address: './graph' },
  formats: { source: 'library/formats.ts', address: './formats' },
  experiments: { source: 'library/experiments.ts', address: './experiments' },
  node: { source: 'library/node.ts', address: './node' },
  'engine-node': { source: 'library/engine-node.ts', address: './engine' },
  'engine-web': { source: 'library/engine-web.ts', address: null },
  'engine-worker': { source: 'library/engine-worker.ts', address: null },
  command: { source: 'cli/main.ts', address: null },
};

/** Entries with types: those that are imported by name. */
export const TYPED = Object.entries(ENTRIES).flatMap(([name, { address }]) => (address === null ? [] : [name]));

/** What the bundles import from elsewhere. onnxruntime-node is 288 MB, and a page does not need it. */
const NEEDED = [
  '@huggingface/jinja',
  '@huggingface/tokenizers',
  '@noble/hashes',
  'onnxruntime-common',
  'onnxruntime-web',
];
const NODE_RUNTIME = 'onnxruntime-node';

/** Files of the runtime stay in their package; `new URL` of a whole name is what bundlers follow. */
const runtimeFiles = {
  name: 'flipside-runtime-files',
  resolveId: (id) => (/^onnxruntime-web\/.*\?url$/.test(id) ? `\0${id}` : null),
  load: (id) =>
    id.startsWith('\0onnxruntime-web/') && id.endsWith('?url')
      ? `export default new URL(${JSON.stringify(id.slice(1, -'?url'.length))}, import.meta.url).href;`
      : null,
};

/** Builds the package into `out`; `types: false` leaves the types out, which take most of the time. */
export async function buildLibrary(out, { types = true } = {}) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(ENTRIES).map(([name, { source }]) => [name, join(ROOT, 'src', source)])),
    platform: 'neutral',
    external: (id) =>
      id.startsWith('node:') ||
      builtinModules.includes(id) ||
      ([...NEEDED, NODE_RUNTIME].some((name) => id === name || id.startsWith(`${name}/`)) && !id.endsWith('?url')),
    plugins: [runtimeFiles],
    logLevel: 'warn',
  });
  await bundle.write({
    dir: out,
    format: 'esm',
    // Two folders deep, as in src/: the shipped sets are found from there by ../../probes.
    entryFileNames: 'lib/entries/[name].js',
    chunkFileNames: 'lib/chunks/[name]-[hash].js',
    minify: { mangle: true, compress: true, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  if (types) await writeTypes(out);
  for (const folder of ['probes', 'experiments'])
    cpSync(join(ROOT, folder), join(out, folder), { recursive: true, filter: isShipped });
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(ROOT, file), join(out, file));
  cpSync(join(ROOT, 'docs', 'library.md'), join(out, 'README.md'));
  mkdirSync(join(out, 'bin'));
  writeFileSync(join(out, 'bin', 'flipside.js'), "#!/usr/bin/env node\nimport '../lib/entries/command.js';\n", {
    mode: 0o755,
  });
  writeFileSync(join(out, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  return out;
}

/** Probes that ship: one to begin with, and the one that its steering is compared with. Each is 5 MB. */
const PROBES = ['kind-cruel', 'formal-casual'];

/** Sets and specs ship; pictures, results of earlier runs and most probes stay in the repository. */
function isShipped(path) {
  const [room, folder, ...rest] = relative(ROOT, path).split(sep);
  if (/\.(svg|png)$/.test(path)) return false;
  if (room === 'experiments') return rest.length === 0 || rest[0] === 'spec.json';
  return rest.length === 0 ? !existsSync(join(path, 'probe.json')) || PROBES.includes(folder) : true;
}

/** package.json of the package. */
function manifest() {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const versionOf = (name) => own.dependencies[name] ?? own.devDependencies[name];
  const typesOf = (name) => `./types/library/${name}.d.ts`;
  return {
    name: own.name,
    version: own.version,
    description: own.description,
    license: own.license,
    type: own.type,
    engines: own.engines,
    sideEffects: ['./lib/entries/engine-worker.js', './lib/entries/command.js', './lib/chunks/runtime-*.js'],
    bin: { flipside: './bin/flipside.js' },
    exports: {
      ...Object.fromEntries(
        Object.entries(ENTRIES).flatMap(([name, { address }]) =>
          address === null || name === 'engine-node'
            ? []
            : [[address, { types: typesOf(name), default: `./lib/entries/${name}.js` }]],
        ),
      ),
      './engine': {
        types: typesOf('engine-node'),
        node: './lib/entries/engine-node.js',
        default: './lib/entries/engine-web.js',
      },
      './probes/*': './probes/*',
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries(NEEDED.map((name) => [name, versionOf(name)])),
    peerDependencies: { [NODE_RUNTIME]: versionOf(NODE_RUNTIME) },
    peerDependenciesMeta: { [NODE_RUNTIME]: { optional: true } },
  };
}

/** The declarations of the typed entries, and of what they name. */
export async function writeTypes(out) {
  const made = join(out, '.types');
  try {
    await promisify(execFile)(
      process.execPath,
      [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'tsconfig.library.json'), '--outDir', made],
      { cwd: ROOT },
    ).catch((thrown) => {
      throw new Error(`The types of the library cannot be made:\n${thrown.stdout ?? ''}`, { cause: thrown });
    });
    const due = TYPED.map((name) => `library/${name}.d.ts`);
    const seen = new Set(due);
    for (const path of due) {
      const text = readFileSync(join(made, path), 'utf8').replace(
        /((?:from|import\()\s*)'(\.[^']+)\.ts'/g,
        (_, before, target) => {
          const next = relative(made, resolve(made, dirname(path), `${target}.d.ts`));
          if (!seen.has(next) && existsSync(join(made, next))) due.push(next);
          seen.add(next);
          return `${before}'${target}.js'`;
        },
      );
      mkdirSync(dirname(join(out, 'types', path)), { recursive: true });
      writeFileSync(join(out, 'types', path), text);
    }
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  const out = resolve(process.argv[2] ?? join(ROOT, 'dist-lib'));
  await buildLibrary(out);
  say(`the package lies in ${out}; "npm pack ${out}" makes one file of it`);
}
