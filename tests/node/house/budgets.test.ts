/** The budgets of a first view bite, and count what a browser fetches for it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BUDGETS, firstView, report } from '../../../scripts/budgets.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'flipside-budgets-'));
  for (const folder of ['.vite', 'assets', 'recordings']) mkdirSync(join(dir, folder));
  write(
    '.vite/manifest.json',
    JSON.stringify({
      'index.html': {
        file: 'assets/index.js',
        imports: ['_shared.js'],
        dynamicImports: ['src/lazy.ts'],
        css: ['assets/index.css'],
      },
      '_shared.js': { file: 'assets/shared.js', imports: ['index.html'], css: ['assets/shared.css'] },
      'src/lazy.ts': { file: 'assets/lazy.js', css: ['assets/lazy.css'] },
    }),
  );
  write(
    'index.html',
    '<script src="./theme.js"></script><script type="module" src="./assets/index.js"></script><link rel="modulepreload" href="./assets/preloaded.js"><link rel="stylesheet" href="./assets/index.css">',
  );
  for (const name of [
    'theme.js',
    ...[
      'index.js',
      'shared.js',
      'preloaded.js',
      'lazy.js',
      'index.css',
      'shared.css',
      'lazy.css',
      'kind-cruel.probe-abcd1234.json',
      'terse-wordy.probe-abcd1234.json',
    ].map((name) => `assets/${name}`),
    'recordings/index.json',
    'recordings/fork.json',
    'recordings/betrayal.json',
    'recordings/dream.json',
  ])
    write(name, name);
  write('recordings/betrayal.json', randomBytes(500));
});
afterEach(() => rmSync(dir, { recursive: true }));

const write = (path: string, content: string | Buffer): void => writeFileSync(join(dir, path), content);

test('what is imported or preloaded counts, with its styles; what is imported later does not', () => {
  const { scripts, styles, all } = firstView(dir);
  expect([...scripts.files].sort()).toEqual(['assets/index.js', 'assets/preloaded.js', 'assets/shared.js', 'theme.js']);
  expect([...styles.files].sort()).toEqual(['assets/index.css', 'assets/shared.css']);
  expect([...all.files].sort()).toEqual(
    [
      ...scripts.files,
      ...styles.files,
      'index.html',
      'recordings/index.json',
      'recordings/fork.json',
      'assets/kind-cruel.probe-abcd1234.json',
    ].sort(),
  );
});

test('a first view within its budgets holds them all', () => {
  expect(report(firstView(dir)).map(({ held }) => held)).toEqual([true, true, true]);
});

test('one script too heavy breaks its budget, and the line says by how much and what to do', () => {
  write('assets/shared.js', randomBytes(BUDGETS.scripts * 1000 + 1));
  const [scripts, styles] = report(firstView(dir));
  expect([scripts?.held, styles?.held]).toEqual([false, true]);
  expect(scripts?.line).toMatch(
    /scripts: 12\d\.\d kB of 120 kB gzip in 4 files\. TOO MUCH: load something of it when it is wanted/,
  );
});
