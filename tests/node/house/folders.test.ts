/** No folder holds so many files that nobody finds one, about thirty, and none a symbolic link: archives and Windows make text of it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MOST = 30;

/** Every folder below one, itself included, with the number of files in it. The types of a script lie beside it, and count with it. */
function foldersIn(path: string): (readonly [path: string, files: number])[] {
  const entries = readdirSync(join(ROOT, path), { withFileTypes: true });
  return [
    [path, entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.d.mts')).length],
    ...entries.filter((entry) => entry.isDirectory()).flatMap(({ name }) => foldersIn(`${path}/${name}`)),
  ];
}

test.each(['src', 'tests', 'scripts', 'bench'])('no folder in %s holds more than thirty files', (top) => {
  const folders = foldersIn(top);
  expect(folders.reduce((sum, [, files]) => sum + files, 0)).toBeGreaterThan(10);
  expect(folders.filter(([, files]) => files > MOST)).toEqual([]);
});

test.each(['src', 'public', 'probes', 'experiments', 'examples', 'tests', 'scripts', 'bench', 'docs', 'python'])(
  'nothing in %s is a symbolic link',
  (top) => {
    const entries = readdirSync(join(ROOT, top), { withFileTypes: true, recursive: true });
    expect(entries.length).toBeGreaterThan(1);
    expect(entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name)).toEqual([]);
  },
);
