/** What docs/features.md names exists: files, tests by their names, specimens of the gallery. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const text = readFileSync('docs/features.md', 'utf8');
const named = [...text.matchAll(/\[[^\]]+\]\(\.\.\/([^)]+)\): “([^”]+)”/g)].map(([, file = '', name = '']) => ({ file, name }));
const specimens = [...text.matchAll(/gallery: (\w+)/g)].map(([, name = '']) => name);

test('every line of the table says what shows it', () => {
  const lines = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| Feature'));
  expect(lines.length).toBeGreaterThan(30);
  expect(lines.filter((line) => !/“[^”]+”|gallery: \w/.test(line))).toEqual([]);
});

test.each(named)('$file has “$name”', ({ file, name }) => {
  const declared = existsSync(file) ? [...readFileSync(file, 'utf8').matchAll(/\b(?:test|it)(?:\.each\(.*?\))?\(\s*(['"`])(.*?)\1/g)].map(([, , found = '']) => found) : [];
  // A name may be cut off where it begins to tell details.
  expect(declared.filter((found) => found.startsWith(name))).toHaveLength(1);
});

test.each(specimens)('the gallery has specimens of %s', (name) => {
  const source = ['pieces', 'panels'].map((file) => readFileSync(`tests/gallery/${file}.ts`, 'utf8')).join('');
  expect(source).toMatch(new RegExp(`(?:piece|panel)\\('${name}'`));
});
