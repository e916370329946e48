/**
 * What a first view weighs, counted in the build and held against what it may: `node scripts/budgets.mjs`, and part of
 * `npm test`. Sizes are gzip in kB (1000 bytes). Charts and engine are not in it: they come after, when they are wanted.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { ROOT } from './packages.mjs';

/**
 * The most that a first view may weigh, in kB. `all` has the page, the list of stories, the story of the first view and
 * its probe in it.
 */
export const BUDGETS = { scripts: 120, styles: 20, all: 240 };

/** The probe that a first visit reads with, by what its file's name begins with. */
const FIRST_PROBE = 'assets/kind-cruel.probe-';

/**
 * @returns {Record<keyof typeof BUDGETS, { files: string[], kB: number }>} the files of a first view of the build in
 * `dir` and their weight
 */
export function firstView(dir) {
  const manifest = JSON.parse(readFileSync(join(dir, '.vite', 'manifest.json'), 'utf8'));
  const scripts = new Set();
  const styles = new Set();
  const visit = (key) => {
    const chunk = manifest[key];
    if (scripts.has(chunk.file)) return;
    scripts.add(chunk.file);
    for (const style of chunk.css ?? []) styles.add(style);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  visit('index.html');
  // What the page itself names: scripts that are no modules, and preloads.
  const html = readFileSync(join(dir, 'index.html'), 'utf8');
  for (const [, file] of html.matchAll(/<(?:script|link)\b[^>]*?\b(?:src|href)="\.\/([^"]+\.m?js)"/g))
    scripts.add(file);
  const within = (folder) => readdirSync(join(dir, folder)).map((name) => `${folder}/${name}`);
  const weigh = (files) => ({
    files,
    kB: files.reduce((sum, file) => sum + gzipSync(readFileSync(join(dir, file))).length, 0) / 1000,
  });
  // The story of the first view has a small file of its own; a whole recording follows once that is on show.
  const data = [
    'index.html',
    'recordings/index.json',
    'recordings/fork.json',
    ...within('assets').filter((name) => name.startsWith(FIRST_PROBE)),
  ];
  return { scripts: weigh([...scripts]), styles: weigh([...styles]), all: weigh([...data, ...scripts, ...styles]) };
}

/** One line for each budget, with whether it is held. */
export function report(measured) {
  const names = { scripts: 'scripts', styles: 'styles', all: 'in all, with the page, a story and its probe' };
  return Object.entries(BUDGETS).map(([key, most]) => {
    const { kB, files } = measured[key];
    return {
      held: kB <= most,
      line: `first view, ${names[key]}: ${kB.toFixed(1)} kB of ${most} kB gzip in ${files.length} files${kB <= most ? '' : '. TOO MUCH: load something of it when it is wanted (import() in a view)'}`,
    };
  });
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const lines = report(firstView(join(ROOT, 'dist')));
  for (const { line } of lines) process.stderr.write(`flipside: ${line}\n`);
  process.exitCode = lines.every(({ held }) => held) ? 0 : 1;
}
