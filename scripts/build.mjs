/** Builds dist/ when it is missing or not of the present sources. Called after the packages are there. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ROOT, say } from './packages.mjs';

/** Everything that the build reads. */
const SOURCES = [
  'index.html',
  'embed.html',
  'src',
  'public',
  'probes',
  'vite.config.ts',
  'scripts/embed.mjs',
  'scripts/notices.mjs',
  'scripts/offline.mjs',
  'tsconfig.base.json',
  'tsconfig.app.json',
  'package.json',
  'package-lock.json',
];

/** Larger files (the model) are told apart by length and time of change; hashing them would cost every start half a second. */
const LARGEST_HASHED_BYTES = 1 << 20;

/** @returns {string} a hash that changes with any source of the build */
export function sourceStamp(root = ROOT) {
  const hash = createHash('sha256');
  // The hosts that models may come from are written into the page (vite.config.ts).
  hash.update(process.env['FLIPSIDE_MODEL_HOSTS'] ?? '');
  for (const source of SOURCES) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true })
          .map((name) => join(path, String(name)))
          .sort()
      : [path];
    for (const file of files) {
      const { size, mtimeMs, isFile } = describe(file);
      if (!isFile) continue;
      hash.update(`\0${file.slice(root.length)}\0${size}\0`);
      hash.update(size > LARGEST_HASHED_BYTES ? String(mtimeMs) : readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/** Builds unless dist/ is of the present sources. The stamp lies in dist/, so that any other build takes it away. */
export async function ensureBuild() {
  const stamp = sourceStamp();
  const stampPath = join(ROOT, 'dist', '.flipside-stamp');
  if (
    existsSync(join(ROOT, 'dist', 'index.html')) &&
    existsSync(stampPath) &&
    readFileSync(stampPath, 'utf8').trim() === stamp
  )
    return;
  if (ROOT.includes('#'))
    fail(
      `the path ${ROOT} holds a "#", behind which the builder looks for no file. Rename that folder and run this again.`,
    );
  say('building the page');
  const { build } = await import('vite');
  await build({ root: ROOT, logLevel: 'warn' });
  writeFileSync(stampPath, `${stamp}\n`);
}

function describe(file) {
  const stat = statSync(file);
  return { size: stat.size, mtimeMs: stat.mtimeMs, isFile: stat.isFile() };
}
