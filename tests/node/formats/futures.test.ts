/** Futures as files: what is saved opens again, hostile files are refused by path, and figures hold what the file holds. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { csvRecords } from '../../../src/base/csv.ts';
import { VERSION } from '../../../src/base/version.ts';
import { INK } from '../../../src/charts/colour.ts';
import { FIGURE_COLOURS } from '../../../src/charts/figure-colours.ts';
import type { Figure } from '../../../src/charts/plotly-figure.ts';
import { figure } from '../../../src/cli/commands/figure.ts';
import {
  futuresCsv,
  type FuturesRecord,
  parseFutures,
  serialiseFutures,
} from '../../../src/formats/runs/futures-json.ts';
import { recogniseFile } from '../../../src/formats/runs/recognise.ts';
import { fanHeadline, fanSure, shareWords, stepWords } from '../../../src/reading/futures/fan-words.ts';
import { fanEnd, fanSteps, lineShare } from '../../../src/reading/futures/fan.ts';

const pieces = (words: string) => [...words].map((text, id) => ({ id, text }));
const RECORD: FuturesRecord = {
  title: '3 futures, seeds from 5',
  createdAt: Date.UTC(2026, 11, 1),
  version: VERSION,
  model: { id: 'toy', weightsSha256: 'ab'.repeat(32), layerCount: 3 },
  probe: {
    id: 'kind-cruel',
    title: 'Kind–cruel',
    sha256: 'cd'.repeat(32),
    axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral' },
  },
  given: pieces('He <fed> & $1'),
  plan: { count: 3, every: 2, sampling: { temperature: 0.8, topK: 0, topP: 0.95, seed: 5, maxTokens: 4 } },
  steering: null,
  futures: {
    start: { score: 2, low: -1, high: 1 },
    lines: [
      {
        seed: 5,
        pieces: pieces('abcd'),
        readings: [
          { after: 2, score: 0.5, low: -1, high: 1 },
          { after: 4, score: -1.25, low: -1, high: 1 },
        ],
        ended: 'length',
      },
      { seed: 6, pieces: pieces('=x'), readings: [{ after: 2, score: NaN, low: NaN, high: NaN }], ended: 'end-token' },
      { seed: 7, pieces: pieces('ab'), readings: [{ after: 2, score: 1.5, low: -1, high: 1 }], ended: null },
    ],
  },
};
const dir = mkdtempSync(join(tmpdir(), 'flipside-futures-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('the file', () => {
  it('opens as it was saved, steered or not, and is known by what it holds', () => {
    expect(parseFutures(serialiseFutures(RECORD))).toEqual(RECORD);
    const steering = {
      mode: 'add' as const,
      pole: 'negative' as const,
      from: 2,
      to: 2,
      strength: 0.3,
      where: 'generated' as const,
      direction: 'Kind–cruel',
      probeSha256: 'cd'.repeat(32),
      matchedKl: null,
    };
    expect(parseFutures(serialiseFutures({ ...RECORD, steering }))).toEqual({ ...RECORD, steering });
    expect(recogniseFile(new TextEncoder().encode(serialiseFutures(RECORD)))).toBe('futures');
  });

  it.each<[string, (file: Record<string, unknown>) => void, RegExp]>([
    ['another format', (file) => (file['format'] = 'flipside-probe'), /futures\.format/],
    ['a newer version', (file) => (file['version'] = 2), /futures\.version is 2/],
    ['one line', (file) => ((file['lines'] as unknown[]).length = 1), /futures\.lines must have 2 to 96/],
    [
      'a reading behind its line',
      (file) => (linesOf(file)[2]!['readings'] = [[3, 1, 0, 1]]),
      /lines\[2\]\.readings\[0\]\[0\]/,
    ],
    [
      'readings out of order',
      (file) =>
        (linesOf(file)[0]!['readings'] = [
          [2, 1, 0, 1],
          [2, 1, 0, 1],
        ]),
      /readings\[1\]\[0\]/,
    ],
    ['an end that is none', (file) => (linesOf(file)[0]!['ended'] = 'bored'), /lines\[0\]\.ended/],
    ['a token without text', (file) => (file['given'] = [[1]]), /given\[0\] must have 2 items/],
    ['no time', (file) => (file['createdAt'] = 'yesterday'), /createdAt/],
    ['a text for a number', (file) => (file['start'] = ['1', 0, 1]), /futures\.start\[0\]/],
    [
      'temperature beyond all bounds',
      (file) => ((file['sampling'] as { temperature: number }).temperature = 9),
      /temperature/,
    ],
  ])('with %s is refused with the path', (_, spoil, path) => {
    const file = JSON.parse(serialiseFutures(RECORD)) as Record<string, unknown>;
    spoil(file);
    expect(() => parseFutures(JSON.stringify(file))).toThrow(
      expect.objectContaining({ code: 'recording-invalid', message: expect.stringMatching(path) as string }) as Error,
    );
  });

  it('is a table too: every reading with the words before it, formulas made harmless', () => {
    const rows = [...csvRecords(futuresCsv(RECORD), 20)].map(({ cells }) => cells);
    expect(rows).toEqual([
      ['line', 'seed', 'after_tokens', 'reading', 'chance_low', 'chance_high', 'leans', 'ended', 'words'],
      ['', '', '0', '2', '-1', '1', 'positive', '', ''],
      ['1', '5', '2', '0.5', '-1', '1', 'none', 'length', 'ab'],
      ['1', '5', '4', '-1.25', '-1', '1', 'negative', 'length', 'cd'],
      ['2', '6', '2', '', '', '', 'none', 'end-token', "'=x"],
      ['3', '7', '2', '1.5', '-1', '1', 'positive', '', 'ab'],
    ]);
  });
});

describe('the figure', () => {
  it('is written by the command, with every line, as a picture and for Plotly', async () => {
    const file = join(dir, 'f.json');
    writeFileSync(file, serialiseFutures(RECORD));
    const run = (out: string) => figure.run([file, '--out', join(dir, out)], new AbortController().signal);
    await run('fan.json');
    const { data, layout } = JSON.parse(readFileSync(join(dir, 'fan.json'), 'utf8')) as Figure;
    const ends = data.filter(({ name }) => name?.startsWith('end ') || name?.includes(' side, '));
    expect(ends.map(({ name, x, y }) => [name, x, y])).toEqual([
      ['end kind: 1', [0, 2, null], [2, 1.5, null]],
      ['kind side, within the chance range: 0', [], []],
      ['cruel side, within the chance range: 0', [], []],
      ['end cruel: 1', [0, 2, 4, null], [2, 0.5, -1.25, null]],
    ]);
    expect(data.find(({ name }) => name === 'median')?.y).toEqual([2, 1, -1.25]);
    expect(layout.meta?.['caption']).toContain('1 of 2 futures turns to cruel.');
    await run('fan.svg');
    const svg = readFileSync(join(dir, 'fan.svg'), 'utf8');
    expect(svg).toContain('1 of 2 futures turns to cruel.');
    expect(svg).toContain('He &lt;fed&gt; &amp; $1');
  });

  it('is written on light paper, and on dark paper where that is asked for', async () => {
    const file = join(dir, 'themes.json');
    writeFileSync(file, serialiseFutures(RECORD));
    for (const [theme, flags] of [
      ['light', []],
      ['dark', ['--dark']],
    ] as const) {
      const to = (ending: string) => join(dir, `${theme}.${ending}`);
      for (const ending of ['svg', 'json'])
        await figure.run([file, '--out', to(ending), ...flags], new AbortController().signal);
      expect(readFileSync(to('svg'), 'utf8')).toMatch(
        new RegExp(`<rect width="960" height="\\d+" fill="${FIGURE_COLOURS[theme].paper}"`),
      );
      expect(readFileSync(to('json'), 'utf8')).toContain(INK[theme]);
    }
  });
});

it('says in words what is seen first, then how sure it is', () => {
  const axis = RECORD.probe.axis;
  const end = fanEnd(RECORD.futures)!;
  expect(fanHeadline(end, axis)).toBe('1 of 2 futures turns to cruel.');
  expect(fanSure(end, axis).join(' ')).toContain('They turn: 1 of 2 (50 %, 9 to 91 %).');
  const unsure = fanEnd({ ...RECORD.futures, start: { score: 0, low: -1, high: 1 } })!;
  expect(fanHeadline(unsure, axis)).toBe('Of 2 futures 1 end kind and 1 cruel.');
  expect(fanSure(unsure, axis)[0]).toContain('leans to neither side');
  expect(shareWords(lineShare(0, 24))).toBe('0 of 24 (0 %, 0 to 14 %)');
  expect(stepWords(fanSteps(RECORD.futures)[1]!)).toBe(
    'After 2 tokens: median +1.0, half between +0.8 and +1.3, 90 % between +0.6 and +1.4 (n = 2).',
  );
});

function linesOf(file: Record<string, unknown>): Record<string, unknown>[] {
  return file['lines'] as Record<string, unknown>[];
}
