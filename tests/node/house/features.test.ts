/** What docs/features.md and docs/faults.md name exists: files, tests by their names, specimens of the gallery, and words of the page. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CAPABILITY } from '../../../src/content/capability.ts';
import { MESSAGES } from '../../../src/content/messages.ts';
import { SILENT } from '../../../src/content/status.ts';

const DOCS = [
  { path: 'docs/features.md', head: '| Feature', least: 30 },
  { path: 'docs/faults.md', head: '| Fault', least: 20 },
];
const faults = readFileSync('docs/faults.md', 'utf8');

describe.each(DOCS)('$path', ({ path, head, least }) => {
  const text = readFileSync(path, 'utf8');
  // A name may hold marks of its own: it ends where the next reference begins, or the cell.
  const named = [...text.matchAll(/\[[^\]]+\]\(\.\.\/([^)]+)\): “(.+?)”(?=<br>| \|)/g)].map(
    ([, file = '', name = '']) => ({ file, name }),
  );
  const specimens = [...text.matchAll(/gallery: (\w+)/g)].map(([, name = '']) => name);

  test('says in every line of the table what shows it', () => {
    const lines = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith(head));
    expect(lines.length).toBeGreaterThan(least);
    expect(lines.filter((line) => !/“[^”]+”|gallery: \w/.test(line))).toEqual([]);
    expect(named).toHaveLength([...text.matchAll(/\]\(\.\.\//g)].length);
  });

  test.each(named)('$file has “$name”', ({ file, name }) => {
    const declared = existsSync(file)
      ? [...readFileSync(file, 'utf8').matchAll(/\b(?:test|it)(?:\.each(?:<.*?>)?\(.*?\))?\(\s*(['"`])(.*?)\1/gs)].map(
          ([, , found = '']) => found,
        )
      : [];
    // A name may be cut off where it begins to tell details.
    expect(declared.filter((found) => found.startsWith(name))).toHaveLength(1);
  });

  if (specimens.length > 0) {
    test.each(specimens)('the gallery has specimens of %s', (name) => {
      const source = ['pieces', 'panels'].map((file) => readFileSync(`tests/gallery/${file}.ts`, 'utf8')).join('');
      expect(source).toMatch(new RegExp(`(?:piece|panel)\\('${name}'`));
    });
  }
});

test.each([...new Set([...faults.matchAll(/\*\*(.+?)\*\*/g)].map(([, words = '']) => words))])(
  'the page says “%s”',
  (words) => {
    const titles = [...Object.values(MESSAGES), ...Object.values(CAPABILITY), SILENT].map(({ title }) => title);
    expect(titles.filter((title) => title.includes(words))).not.toEqual([]);
  },
);

test.each([...new Set([...faults.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, code = '']) => code))])(
  'there is a code %s',
  (code) => {
    expect(Object.keys(MESSAGES)).toContain(code);
  },
);
