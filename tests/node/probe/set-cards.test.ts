/** The checks in the cards of the shipped sets, and the command that writes them. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { check } from '../../../src/cli/commands/check.ts';
import { AppError } from '../../../src/base/errors.ts';
import { checkSet, type SetChecks } from '../../../src/probe/sets/set-checks.ts';
import type { SetRow } from '../../../src/probe/sets/set-rows.ts';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { checksSection, withChecks } from '../../../src/formats/sets/set-checks-card.ts';

const SETS = fileURLToPath(new URL('../../../probes/sets', import.meta.url));
const promptSets = readdirSync(SETS).filter(
  (name) =>
    readdirSync(join(SETS, name)).includes(`${name}.set.json`) &&
    name !== 'neutral-stories' &&
    name !== 'kind-cruel-stories',
);

test.each(promptSets)('the card of %s holds the checks of its rows as they are', (name) => {
  const at = (file: string): string => readFileSync(join(SETS, name, file), 'utf8');
  const rows = at(`${name}.jsonl`);
  const sha256 = createHash('sha256').update(rows).digest('hex');
  const set = parsePromptSet(
    { headerName: name, rowsName: name, header: at(`${name}.set.json`), rows, sha256 },
    { requireNeutral: true },
  );
  expect(at('CARD.md'), 'run: npm run -s flipside -- check --card --set …').toContain(
    checksSection(checkSet(set.rows, set.axis), sha256),
  );
});

test('there are prompt sets to look at', () => {
  expect(promptSets.length).toBeGreaterThanOrEqual(10);
});

describe('the section', () => {
  const row = (topic: string, pole: SetRow['pole'], text: string): SetRow => ({
    topic,
    pole,
    context: `In ${topic}.`,
    text,
  });
  const rows = ['a', 'b', 'c', 'd'].flatMap((topic) => [
    row(topic, 'positive', `She gave ${topic} bread.`),
    row(topic, 'negative', `He took the bread of ${topic}!`),
    row(topic, 'neutral', `They saw ${topic}.`),
  ]);
  const axis = { positive: 'kind|ly', negative: '<!-- /checks -->', neutral: 'plain' };
  const section = (some: readonly SetRow[], poles = axis): string =>
    checksSection(checkSet(some, poles, { draws: 200, flips: 50 }), 'ab'.repeat(32));

  it('has every number with its unit, and the names of the poles as text', () => {
    const text = section(rows);
    expect(text).toContain('SHA-256 abababababababab…: 4 topics, 12 turns.');
    expect(text).toContain('| | kind\\|ly | \\<!-- /checks --\\> | plain |');
    expect(text).toContain('| turns with she, her, hers, herself | 100 % | 0 % | 0 % |');
    expect(text).toMatch(/\| topics whose turns share their punctuation \| 0 of 4 \|/);
    expect(text.split('<!-- /checks -->')).toHaveLength(2);
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it.each<[string, SetRow[]]>([
    ['of one topic', rows.slice(0, 3)],
    ['of one pole', rows.filter(({ pole }) => pole === 'positive')],
    ['of neutral turns only', rows.filter(({ pole }) => pole === 'neutral')],
  ])('%s says what could not be measured', (_, some) => {
    expect(section(some)).toContain('not measured: one');
    expect(section(some)).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  it('cannot be turned into a link by what a set calls its topics', () => {
    const checks: SetChecks = {
      ...checkSet(rows, axis, { draws: 50, flips: 20 }),
      warnings: ['1 topic ("[here](javascript:x)")\nis `odd`.'],
    };
    expect(checksSection(checks, 'ab')).toContain('- 1 topic ("[here]\\(javascript:x)") is \\`odd\\`.');
  });
});

describe('a card', () => {
  const set = { name: 'mine', about: 'Mine.', licence: 'CC0' };
  const section = '<!-- checks -->\nnew\n<!-- /checks -->';

  it('is begun where there is none, extended where it has no checks, and kept around those that it has', () => {
    expect(withChecks(null, section, set)).toBe(`# mine\n\nMine. Licence: CC0.\n\n${section}\n`);
    expect(withChecks('# Card\n\nProse.\n\n', section, set)).toBe(`# Card\n\nProse.\n\n${section}\n`);
    expect(withChecks('Before.\n\n<!-- checks -->\nold\n<!-- /checks -->\n\nAfter.\n', section, set)).toBe(
      `Before.\n\n${section}\n\nAfter.\n`,
    );
    expect(withChecks(withChecks(null, section, set), section, set)).toBe(withChecks(null, section, set));
  });

  it.each([
    '<!-- checks -->\nno end',
    '<!-- /checks -->\nno beginning',
    '<!-- /checks --><!-- checks -->',
    `${section}${section}`,
    `${section}<!-- /checks -->`,
  ])('with markers out of order is left alone: %j', (card) => {
    expect(() => withChecks(card, section, set)).toThrow(AppError);
  });
});

describe('the command check', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flipside-check-'));
    cpSync(join(SETS, 'kind-cruel-more'), folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) => check.run(args, new AbortController().signal);

  it('prints the checks and leaves the card alone unless it is asked', async () => {
    const path = join(folder, 'kind-cruel-more.set.json');
    writeFileSync(join(folder, 'CARD.md'), 'Mine.\n');
    const { result, ok } = await run('--set', path);
    expect(ok).toBe(true);
    expect(result).toMatchObject({ set: 'kind-cruel-more', problems: [], total: 0, checks: { topics: 24, rows: 72 } });
    expect(readFileSync(join(folder, 'CARD.md'), 'utf8')).toBe('Mine.\n');
    await run('--set', path, '--card');
    expect(readFileSync(join(folder, 'CARD.md'), 'utf8')).toMatch(
      /^Mine\.\n\n<!-- checks -->\n## Checks\n[^]*<!-- \/checks -->\n$/,
    );
  });

  it('prints every problem of a broken set, fails, and writes no card', async () => {
    const lines = readFileSync(join(folder, 'kind-cruel-more.jsonl'), 'utf8').split('\n');
    cpSync(join(folder, 'kind-cruel-more.set.json'), join(folder, 'broken.set.json'));
    writeFileSync(
      join(folder, 'broken.jsonl'),
      lines.map((line, index) => (index === 3 ? line.replace('"text"', '"txt"') : index === 8 ? '{' : line)).join('\n'),
    );
    rmSync(join(folder, 'CARD.md'));
    const { result, ok } = await run('--set', join(folder, 'broken.set.json'), '--card');
    expect(ok).toBe(false);
    expect(result).toMatchObject({
      total: 2,
      problems: [
        { file: 'broken.jsonl', line: 4, field: 'text' },
        { file: 'broken.jsonl', line: 9, field: null },
      ],
    });
    expect(readdirSync(folder)).not.toContain('CARD.md');
  });

  it('needs a set', async () => {
    await expect(run('--card')).rejects.toThrow('check: --set is missing');
    await expect(run('--set', 'mine.jsonl')).rejects.toThrow('ends in .set.json');
  });
});
