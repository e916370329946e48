/** `npm start` builds again when a file changes that the build is made of. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sourceStamp } from '../../../scripts/build.mjs';
import { EMBED } from '../../../scripts/embed.mjs';

const root = mkdtempSync(join(tmpdir(), 'flipside-stamp-'));
afterAll(() => rmSync(root, { recursive: true }));

/** The scripts that the configuration of the build imports. */
const scripts = [...readFileSync('vite.config.ts', 'utf8').matchAll(/from '\.\/(scripts\/[\w-]+\.mjs)'/g)].map(
  ([, path]) => path!,
);

test.each(['index.html', EMBED.page, 'vite.config.ts', ...scripts])('%s is one of them', (path) => {
  const before = sourceStamp(root);
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), 'one');
  const made = sourceStamp(root);
  expect(made).not.toBe(before);
  writeFileSync(join(root, path), 'two');
  expect(sourceStamp(root)).not.toBe(made);
});

test('the scripts that the build imports are found', () => {
  expect(scripts).toContain('scripts/embed.mjs');
});
