/** The documents: links lead somewhere, and sentences of README are short. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** Words that a sentence of README may have. */
const MOST_WORDS = 30;

const DOCS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/RESULTS.md',
  'probes/README.md',
  'python/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** Text without code, in blocks and between backticks. */
const prose = (markdown: string): string =>
  markdown
    .replaceAll(/^```.*?^```/gms, '')
    .replaceAll(/^ {4}.*$/gm, '')
    .replaceAll(/`[^`\n]*`/g, 'Code');

/** Where its links and pictures lead within the repository. */
const targets = (markdown: string): string[] =>
  [...prose(markdown).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:|^#/.test(target))
    .map((target) => decodeURIComponent(target.replace(/#.*$/, '')));

/** Sentences of paragraphs, rows of lists and cells of tables. */
const sentences = (markdown: string): string[] =>
  prose(markdown)
    .replaceAll(/\]\([^)]*\)/g, ']')
    .split(/\n\s*\n|\n(?=[|#-])|\|/)
    .flatMap((block) => block.replaceAll('\n', ' ').split(/(?<=[.!?])\s+(?=["'*]*[A-Z]|\[)/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');

const wordCount = (sentence: string): number => (sentence.match(/[\p{L}\p{N}][\p{L}\p{N}.,'’-]*/gu) ?? []).length;

test.each(DOCS)('every link of %s leads to a file', (path) => {
  const missing = targets(readFileSync(path, 'utf8')).filter((target) => !existsSync(join(dirname(path), target)));
  expect(missing).toEqual([]);
});

test(`no sentence of README has more than ${MOST_WORDS} words`, () => {
  const found = sentences(readFileSync('README.md', 'utf8'));
  expect(found.length).toBeGreaterThan(80);
  expect(found.filter((sentence) => wordCount(sentence) > MOST_WORDS)).toEqual([]);
});

test('sentences are parted at their ends, and counted in words', () => {
  const found = sentences(
    'One *two* three. [Four](x.md) five [0.9, 1.0]!\n\n- six `seven eight`\n- nine\n\n    not this',
  );
  expect(found.map(wordCount)).toEqual([3, 4, 2, 1]);
});
