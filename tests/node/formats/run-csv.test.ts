import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../fixtures/parse-csv.ts';
import { AppError } from '../../../src/base/errors.ts';
import { createRng } from '../../../src/base/rng.ts';
import { parseRecording, serialiseRecording } from '../../../src/formats/runs/recording-json.ts';
import { parseRunCsv, RUN_CSV_HEADER, runCsv } from '../../../src/formats/runs/run-csv.ts';
import { refusal as refusalIn } from '../../fixtures/refusal.ts';
import { denseRun, steeredRun, sampleSteering, sampleRun } from '../../fixtures/samples/sample-run.ts';
import type { Recording } from '../../../src/formats/runs/recording.ts';
import { mutations } from '../../fixtures/mutate/mutate.ts';

const run = sampleRun();
/** Only the steering is damaged: in a whole file few places are. */
const parseSteering = (source: string): Recording =>
  parseRecording(serialiseRecording(steeredRun()).replace(JSON.stringify(sampleSteering), source));
const refusal = (source: string): AppError => {
  try {
    parseRunCsv(source);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe('a run as CSV', () => {
  it('comes back as the same run, text with formulas, quotes, breaks and hidden characters and all', () => {
    expect(serialiseRecording(parseRunCsv(runCsv(run)))).toBe(serialiseRecording(run));
    expect(runCsv(parseRunCsv(runCsv(run)))).toBe(runCsv(run));
  });

  it('comes back with its steering, every member of it on a line', () => {
    const source = runCsv(steeredRun());
    expect(serialiseRecording(parseRunCsv(source))).toBe(serialiseRecording(steeredRun()));
    for (const line of [
      'about,,run.push.direction,Kind–cruel,',
      'about,,run.push.pole,positive,',
      'about,,run.push.strength,,0.26',
      'about,,run.push.where,generated,',
    ])
      expect(source).toContain(line);
    const from = steeredRun({ ...sampleSteering, where: 3, probeSha256: null, matchedKl: null });
    expect(serialiseRecording(parseRunCsv(runCsv(from)))).toBe(serialiseRecording(from));
  });

  it('comes back with readings inside its sentences, and with what is shown of each', () => {
    const dense = denseRun();
    expect(serialiseRecording(parseRunCsv(runCsv(dense)))).toBe(serialiseRecording(dense));
    expect(runCsv(dense)).toContain('tap,1,word,,5,');
    expect(runCsv(dense)).toMatch(/^shown,1,,,-1\.25,/m);
  });

  it('comes back where the recording is of version 1 and has neither words nor lines', () => {
    const old = JSON.parse(serialiseRecording(run)) as Record<string, unknown>;
    old['version'] = 1;
    for (const key of ['words', 'explained', 'alarm', 'run', 'poles']) delete old[key];
    const recording = parseRecording(JSON.stringify(old));
    expect(serialiseRecording(parseRunCsv(runCsv(recording)))).toBe(serialiseRecording(recording));
  });

  it('comes back without each pole from neutral where the recording has none', () => {
    const bare = { ...run, poles: null, taps: run.taps.map((readout) => ({ ...readout, poles: null })) };
    expect(runCsv(bare)).not.toMatch(/_positive|_negative/);
    expect(serialiseRecording(parseRunCsv(runCsv(bare)))).toBe(serialiseRecording(bare));
  });

  it('is one table: every line has as many cells as the first, and its kind says what it is', () => {
    const { records, fault } = parseCsv(runCsv(run));
    expect(fault).toBeNull();
    expect(new Set(records.map(({ cells }) => cells.length))).toEqual(new Set([5 + run.layers]));
    const byHead = ['alarm', 'calibration', 'explained', 'score', 'words', 'tap'].flatMap((kind) => [
      kind,
      `${kind}_positive`,
      `${kind}_negative`,
    ]);
    expect(new Set(records.slice(1).map(({ cells }) => cells[0]))).toEqual(
      new Set(['about', 'json', 'token', 'tap_low', 'tap_high', 'shown', 'shown_low', 'shown_high', ...byHead]),
    );
    expect(records.filter(({ cells }) => cells[0] === 'score')).toHaveLength(run.tokens.length);
  });

  const lines = (change: (records: string[][]) => void): string => {
    const records = parseCsv(runCsv(run)).records.map(({ cells }) => [...cells]);
    change(records);
    // As a spreadsheet writes it: no apostrophes of its own.
    return records
      .map(
        (row) => `${row.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`,
      )
      .join('');
  };
  const first = (records: string[][], kind: string): string[] => records.find((row) => row[0] === kind)!;

  it.each<[string, string, RegExp]>([
    ['another table', 'topic,pole,text\na,b,c\n', /begins with kind,index,name,text,number/],
    ['lines out of order', lines((rows) => (first(rows, 'score')[1] = '5')), /is score 5, but score 0 is due/],
    [
      'a word for a score',
      lines((rows) => (rows.filter((row) => row[0] === 'score')[1]![6] = 'high')),
      /must have a number in layer_1, got "high"/,
    ],
    ['an unknown kind', lines((rows) => (first(rows, 'token')[0] = 'cat')), /has the kind "cat"/],
    [
      'a cut line',
      runCsv(run)
        .trimEnd()
        .replace(/,[^,]*$/, ''),
      /cells, the first line has/,
    ],
    ['a quotation mark that is never closed', `${runCsv(run)}"x`, /never closed/],
    [
      'a missing token',
      lines((rows) =>
        rows.splice(
          rows.findLastIndex((row) => row[0] === 'token'),
          1,
        ),
      ),
      /recording\.[\w.]+ must/,
    ],
    [
      'no axis',
      lines((rows) =>
        rows.splice(
          rows.findIndex((row) => row[2] === 'axis.positive'),
          1,
        ),
      ),
      /recording\.axis\.positive is missing/,
    ],
    [
      'a member within a value',
      lines((rows) => rows.push([...first(rows, 'about')].map((cell, at) => (at === 2 ? 'title.more' : cell)))),
      /title holds a value already/,
    ],
  ])('refuses %s', (_, source, message) => {
    const error = refusal(source);
    expect(error.code).toBe('recording-invalid');
    expect(error.message).toMatch(message);
  });

  it('cannot reach what every object inherits', () => {
    const source = lines((rows) =>
      rows.push(first(rows, 'about').map((cell, at) => (at === 2 ? '__proto__.polluted' : cell))),
    );
    parseRunCsv(source);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('files that were damaged', () => {
  it('as JSON or CSV are refused in words or read, and never crash', () => {
    const rng = createRng(20);
    let refused = 0;
    for (const [source, parse] of [
      [serialiseRecording(run), parseRecording],
      [runCsv(run), parseRunCsv],
      [JSON.stringify(sampleSteering), parseSteering],
    ] as const) {
      for (const damaged of mutations(source, 1500, rng)) {
        try {
          parse(damaged);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).code).toBe('recording-invalid');
          refused += 1;
        }
      }
    }
    expect(refused).toBeGreaterThan(1500);
  });
});

it('with more columns than any model has layers is refused at its first line, and a short line where it stands', () => {
  expect(refusalIn(() => parseRunCsv(`${RUN_CSV_HEADER}${',x'.repeat(1_000_000)}\n`)).message).toBe(
    "The table's line 1 has more than 1005 cells. Export the run again.",
  );
  expect(refusalIn(() => parseRunCsv(`${RUN_CSV_HEADER},layer_0\n${'a\n'.repeat(1_000_000)}`)).message).toContain(
    'Line 2 has 1 cells, the first line has 6',
  );
});
