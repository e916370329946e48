/** What the engine's benchmark makes of its numbers. The benchmark itself is never part of the tests. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Measured } from '../../../bench/engine/measure.ts';
import { MODEL } from '../../../bench/engine/names.ts';
import { parseOptions } from '../../../bench/engine/options.ts';
import { packed } from '../../../bench/engine/packed.ts';
import { sectionOf } from '../../../bench/engine/report.ts';
import { withSection } from '../../../bench/engine/results-file.ts';
import { rowsAgainstTheirs, rowsWithinOurs } from '../../../bench/engine/rows.ts';
import { compare, largestDifference, partingPlace, spreadOf, tokenMs } from '../../../bench/engine/spread.ts';
import { workloadFor } from '../../../bench/engine/workload.ts';
import { TextTokenizer } from '../../../src/engine/text/tokenizer.ts';

describe('the options of the engine benchmark', () => {
  it('are the full form on a software adapter, built anew, unless told otherwise', () => {
    expect(parseOptions([])).toEqual({
      quick: false,
      gpu: false,
      rounds: null,
      tokens: null,
      page: 'both',
      results: null,
    });
    expect(parseOptions(['--quick', '--gpu', '--rounds', '7', '--tokens=64', '--built', '--results', 'x.md'])).toEqual({
      quick: true,
      gpu: true,
      rounds: 7,
      tokens: 64,
      page: 'reuse',
      results: 'x.md',
    });
    expect(parseOptions(['--build']).page).toBe('build');
  });

  it('refuse what cannot be meant', () => {
    expect(() => parseOptions(['--rounds', '0'])).toThrow('--rounds takes a whole number of at least 1, got "0".');
    expect(() => parseOptions(['--tokens', 'many'])).toThrow(
      '--tokens takes a whole number of at least 3, got "many".',
    );
    expect(() => parseOptions(['--build', '--built'])).toThrow('choose one');
    expect(() => parseOptions(['--slow'])).toThrow('--slow');
  });
});

describe('the work of the engine benchmark', () => {
  it('takes numbers that were asked for, and shares no text between topics', async () => {
    const quick = await workloadFor({ quick: true, rounds: 3, tokens: null });
    expect(quick).toMatchObject({ form: 'quick', rounds: 3, tokens: 3 });
    expect(new Set(quick.texts).size).toBe(quick.texts.length);
    const full = await workloadFor({ quick: false, rounds: null, tokens: 32 });
    expect(full).toMatchObject({ form: 'full', rounds: 5, tokens: 32 });
    expect(full.texts).toHaveLength(72);
  });

  it('keeps every pass of the quick form below the length at which the software adapter computes wrongly', async () => {
    const file = (name: string): string => readFileSync(`public/models/${MODEL}/${name}`, 'utf8');
    const tokenizer = new TextTokenizer(file('tokenizer.json'), file('tokenizer_config.json'));
    const { prompts, prefill, texts } = await workloadFor({ quick: true, rounds: null, tokens: null });
    for (const text of [...prompts, prefill]) expect(tokenizer.encode(text).length, text).toBeLessThanOrEqual(31);
    expect(texts.flatMap((text) => tokenizer.encode(text)).length).toBeLessThanOrEqual(31);
  });
});

describe('numbers of several rounds', () => {
  it('have a middle and quartiles', () => {
    expect(spreadOf([5, 1, 3, 2, 4])).toEqual({ n: 5, low: 2, median: 3, high: 4 });
  });

  it('leave the first tokens of a continuation out, and take bursts as a whole', () => {
    expect(tokenMs([900, 800, 10, 12, 14], 2)).toBe(12);
    expect(tokenMs([900, 18, 0, 0, 18, 0, 0], 1)).toBe(6);
    expect(tokenMs([900], 2)).toBeNaN();
  });

  it('are compared within rounds, so that a slow round changes no ratio', () => {
    const found = compare(
      [
        { a: 10, b: 20 },
        { a: 100, b: 200 },
        { a: 30, b: 60 },
      ],
      'a',
      'b',
    );
    expect(found?.ratio).toEqual({ n: 3, low: 0.5, median: 0.5, high: 0.5 });
    expect(found?.first.median).toBe(30);
  });

  it('leave rounds out that lack one of the two, and say nothing where all do', () => {
    expect(compare([{ a: 1 }, { a: 2, b: 1 }, { a: NaN, b: 1 }], 'a', 'b')?.ratio.n).toBe(1);
    expect(compare([{ a: 1 }], 'a', 'b')).toBeNull();
  });

  it('find where two continuations part, one that merely ends sooner not counted', () => {
    expect(partingPlace([1, 2, 3], [1, 2, 4])).toBe(2);
    expect(partingPlace([1, 2], [1, 2, 3])).toBeNull();
    expect(partingPlace([], [1])).toBeNull();
  });

  it('find how far two readings of the same texts differ', () => {
    expect(largestDifference([1, 2.2], [1, 2])).toBeCloseTo(0.1);
    expect(largestDifference([1], [1, 2])).toBeNaN();
  });
});

describe('texts that are read together', () => {
  it('fit a pass and keep their order', () => {
    expect(packed(['aaa', 'bb', 'cccc', 'd', 'e', 'ffffffffff'], 5, 2)).toEqual([
      ['aaa', 'bb'],
      ['cccc', 'd'],
      ['e'],
      ['ffffffffff'],
    ]);
    expect(packed([], 5, 2)).toEqual([]);
  });
});

const ROUND = {
  'ours.token.nothing': 8,
  'ours.token.residuals': 10,
  'ours.token.probe': 11,
  'theirs.token.nothing': 20,
  'ours.prefill': 1000,
  'theirs.prefill': 500,
};

const MEASURED: Measured = {
  graphics: {
    vendor: 'acme',
    architecture: 'quick-1',
    description: '',
    software: false,
    driver: 'acme 1.2',
    browser: 'Chromium 156.0.1',
  },
  opened: {
    ours: { loadMs: 1, reads: ['nothing', 'residuals', 'probe'], runtime: 'onnxruntime-web 1', passTokens: 128 },
    theirs: { loadMs: 1, reads: ['nothing'], runtime: 'transformers.js 4', passTokens: null },
  },
  cold: [{ 'ours.downloaded': 104e6, 'theirs.downloaded': 208e6 }],
  rounds: [ROUND, ROUND, ROUND],
  compared: { runs: 9, fewestTokens: 128 },
  partings: [],
  batchDifference: { ours: 1e-6, theirs: 0.25 },
};

describe('the report of the engine benchmark', () => {
  it('has rows only for what was measured', () => {
    expect(rowsAgainstTheirs(MEASURED.rounds).map(({ what, ratio }) => [what, ratio.median])).toEqual([
      ['a written token, nothing read, token by token', 0.4],
      ['a written token, every layer read', 0.5],
      ['a written token, scored by a probe', 0.55],
      ['reading a prompt', 2],
    ]);
    expect(rowsWithinOurs(MEASURED.rounds).map(({ what, ratio }) => [what, ratio.median])).toEqual([
      ['every layer read, to nothing read, token by token', 1.25],
      ['scored by a probe, to every layer read', 1.1],
    ]);
  });

  it('holds reading against not reading in the same way of writing', () => {
    const rows = rowsWithinOurs([{ ...ROUND, 'ours.token.stepwise': 12 }]).map(
      ({ what, ratio }) => [what, ratio.median] as const,
    );
    expect(rows.slice(0, 2)).toEqual([
      ['every layer read, to nothing read, token by token', 1.5],
      ['written by itself, to token by token', 10 / 12],
    ]);
  });

  it('says where, when and with what, and holds both tables', async () => {
    const work = await workloadFor({ quick: false, rounds: null, tokens: null });
    const { heading, body } = sectionOf(MEASURED, work, { processor: 'two cores', date: '2026-11-23' });
    expect(heading).toBe('Engine, full: acme quick-1, Chromium 156');
    expect(body).toContain(
      'Adapter: acme quick-1; driver: acme 1.2. Processor: two cores. Chromium 156.0.1, 2026-11-23.',
    );
    expect(body).toContain('Greedy tokens: the same in all 9 continuations (128 tokens or more).');
    expect(body).toMatch(
      /\| a written token, every layer read +\| 10\.0 ms +\| 20\.0 ms +\| 0\.50 \[0\.50, 0\.50\] +\| 3 +\|/,
    );
    expect(body).toMatch(/\| downloaded on the first visit +\| 104 MB +\| 208 MB +\| 0\.50 +\| 1 +\|/);
  });

  it('says loudly where the tokens part', async () => {
    const work = await workloadFor({ quick: true, rounds: null, tokens: null });
    const { body } = sectionOf({ ...MEASURED, partings: [{ round: 1, reads: 'probe', place: 4 }] }, work, {
      processor: '',
      date: '',
    });
    expect(body).toContain(
      'Greedy tokens: NOT the same in 1 of 9 continuations: round 2 reading probe from token 5 on.',
    );
  });
});

describe('the file of results', () => {
  it('gets a new section at its end', () => {
    expect(withSection('# Results\n\nWords.\n', 'One', 'a')).toBe('# Results\n\nWords.\n\n## One\n\na\n');
  });

  it('gets a section of the same name in place of the old one', () => {
    const file = '# Results\n\n## One\n\na\n\n## One more\n\nb\n';
    expect(withSection(file, 'One', 'c')).toBe('# Results\n\n## One\n\nc\n\n## One more\n\nb\n');
    expect(withSection(file, 'One more', 'c')).toBe('# Results\n\n## One\n\na\n\n## One more\n\nc\n');
  });
});
