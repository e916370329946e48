import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../fixtures/parse-csv.ts';
import type { MethodCurve, Report } from '../../../src/probe/report-types.ts';
import type { Estimate } from '../../../src/stats/estimate.ts';
import { reportTables, tableCsv } from '../../../src/formats/probe/report-tables.ts';

const estimate = (value: number, n = 8): Estimate => ({ value, low: value - 0.1, high: value + 0.1, n });
const curve = (kind: 'ridge' | 'lda', first: number): MethodCurve => ({
  method: { kind, target: 'zeroed', penalty: 0.5 },
  auroc: [first, first + 0.1],
  aurocLow: [null, first],
  aurocHigh: [null, first + 0.2],
  pairs: [0.5, 0.75],
  dPrime: [0, 1.25],
  nullAuroc95ByLayer: [0.6, 0.61],
  nullAuroc95: 0.64,
  p: 0.01,
  shuffles: 200,
  nested: {
    auroc: estimate(0.7),
    pairs: 0.8,
    chosen: [
      { layer: 1, penalty: 0.5, folds: 6 },
      { layer: 0, penalty: 1, folds: 2 },
    ],
  },
});
const report: Report = {
  probe: { id: 'toy', sha256: 'f'.repeat(64) },
  axis: { positive: 'kind', negative: 'cruel', neutral: 'plain' },
  layer: 1,
  topics: 8,
  readings: 32,
  curves: [curve('ridge', 0.5), curve('lda', 0.4)],
  baselines: {
    bagOfWords: estimate(0.55),
    length: estimate(0.25),
    embedding: null,
    randomLow: [0.4, 0.41],
    randomHigh: [0.6, 0.59],
    randomCount: 100,
  },
  readout: null,
  selectivity: { task: 0.8, control: 0.7, selectivity: estimate(0.1), controlTasks: 10 },
  calibration: {
    slope: 1.5,
    offset: -0.25,
    expectedError: 0.04,
    brier: 0.2,
    bins: [
      { predicted: 0.25, observed: 0.2, n: 10 },
      { predicted: 0.75, observed: 0.8, n: 12 },
    ],
  },
  poles: {
    positiveAgainstNeutral: estimate(0.5),
    negativeAgainstNeutral: estimate(-0.5),
    positiveOwnFit: estimate(0.5),
    negativeOwnFit: estimate(-0.5),
    cosine: null,
    salience: { value: 0.3, low: null, high: null, n: 3, note: 'too few topics for an interval' },
  },
  transfer: [{ kind: 'tap', name: '=a tap, quoted', auroc: estimate(0.66), pairs: 0.7 }],
  controls: [
    {
      name: 'luck',
      about: 'Nobody acts.',
      trained: true,
      effects: [{ label: 'good against bad luck', estimate: estimate(-0.05, 64), unit: 'score', wanted: 'near zero' }],
    },
  ],
  drift: [
    { beats: 0, mean: -0.01, sd: 0.4, n: 36 },
    { beats: 1, mean: 0.02, sd: 0.5, n: 36 },
  ],
  caveats: ['Few topics.'],
};

/** A table as objects, through its CSV text. */
const read = (name: string): Record<string, string>[] => {
  const table = reportTables(report).find((candidate) => candidate.name === name);
  const [head, ...rows] = parseCsv(tableCsv(table!)).records;
  return rows.map(({ cells }) => Object.fromEntries(head!.cells.map((key, i) => [key, cells[i] ?? ''])));
};

describe('the tables of a report', () => {
  it('are all there, in rows as wide as their header', () => {
    const tables = reportTables(report);
    expect(tables.map(({ name }) => name)).toEqual([
      'about',
      'curves',
      'methods',
      'nested-choices',
      'baselines',
      'random-directions',
      'selectivity',
      'calibration',
      'calibration-bins',
      'poles',
      'transfer',
      'controls',
      'drift',
    ]);
    for (const { name, header, rows } of tables) for (const row of rows) expect(row, name).toHaveLength(header.length);
  });

  it('have every layer of every method, and nothing where there is no interval', () => {
    expect(read('curves')).toHaveLength(4);
    expect(read('curves')[0]).toEqual({
      method: 'ridge',
      target: 'zeroed',
      penalty: '0.5',
      layer: '0',
      auroc: '0.5',
      low95: '',
      high95: '',
      pairs: '0.5',
      dprime: '0',
      null95: '0.6',
    });
    expect(read('curves')[3]).toMatchObject({ method: 'lda', layer: '1', auroc: '0.5', low95: '0.4', dprime: '1.25' });
    expect(read('nested-choices')[1]).toEqual({
      method: 'ridge',
      target: 'zeroed',
      penalty: '0.5',
      chosen_layer: '0',
      chosen_penalty: '1',
      folds: '2',
    });
    expect(read('methods')[0]).toMatchObject({
      nested_auroc: '0.7',
      n: '8',
      null95_best_layer: '0.64',
      p: '0.01',
      shuffles: '200',
    });
  });

  it('say what is at noise and what has too few topics', () => {
    expect(read('poles').map(({ value, low95, note }) => [value, low95, note])).toEqual([
      ['0.5', '0.4', ''],
      ['-0.5', '-0.6', ''],
      ['0.5', '0.4', ''],
      ['-0.5', '-0.6', ''],
      ['', '', 'not estimated: at noise or too little data'],
      ['0.3', '', 'too few topics for an interval'],
    ]);
  });

  it('give length both as measured and in its better direction, and say where embeddings were not measured', () => {
    expect(
      read('baselines').map(({ value, low95, high95 }) =>
        [value, low95, high95].map((cell) => (cell === '' ? '' : Number(cell).toFixed(2))),
      ),
    ).toEqual([
      ['0.55', '0.45', '0.65'],
      ['', '', ''],
      ['0.25', '0.15', '0.35'],
      ['0.75', '0.65', '0.85'],
    ]);
  });

  it('say by which layer and penalty a style was read that was left out', () => {
    const [readout] = read('transfer');
    expect(readout).toMatchObject({ kind: 'tap', chosen_layer: '', chosen_penalty: '' });
    const styled = reportTables({
      ...report,
      transfer: [{ kind: 'style', name: 'letter', auroc: estimate(0.6), pairs: 0.6, chosen: { layer: 1, penalty: 3 } }],
    }).find(({ name }) => name === 'transfer')!;
    expect(styled.rows[0]!.slice(-2)).toEqual([1, 3]);
  });

  it('hold controls with unit and wish, calibration and drift', () => {
    expect(read('controls')).toEqual([
      {
        control: 'luck',
        trained: 'true',
        effect: 'good against bad luck',
        unit: 'score',
        wanted: 'near zero',
        value: '-0.05',
        low95: '-0.15000000000000002',
        high95: '0.05',
        n: '64',
        note: '',
      },
    ]);
    expect(read('calibration')[0]).toMatchObject({ slope: '1.5', offset: '-0.25' });
    expect(read('calibration-bins')[1]).toEqual({ predicted: '0.75', observed: '0.8', n: '12' });
    expect(read('drift')[1]).toEqual({
      sentences_after_setting: '1',
      mean_score: '0.02',
      sd_score: '0.5',
      stories: '36',
    });
    expect(read('about').at(-1)).toEqual({ field: 'caveat', value: 'Few topics.' });
  });

  it('want nothing of an axis that a control was not made for', () => {
    const effect = {
      label: 'done against not done',
      estimate: estimate(0.5),
      unit: 'score',
      wanted: 'above zero',
    } as const;
    const controls = [{ name: 'negation', about: '', trained: false, effects: [effect] }];
    const wanted = (axis: Report['axis']) =>
      reportTables({ ...report, axis, controls }).find(({ name }) => name === 'controls')!.rows[0]![4];
    expect(wanted(report.axis)).toBe('above zero');
    expect(wanted({ positive: 'formal', negative: 'casual', neutral: 'plain' })).toBe('near zero');
  });

  it('cannot carry a formula into a spreadsheet', () => {
    expect(read('transfer')[0]!.name).toBe("'=a tap, quoted");
  });

  it('leave out what was not measured', () => {
    expect(
      reportTables({ ...report, selectivity: null, transfer: [], controls: [], drift: [] }).map(({ name }) => name),
    ).toEqual([
      'about',
      'curves',
      'methods',
      'nested-choices',
      'baselines',
      'random-directions',
      'calibration',
      'calibration-bins',
      'poles',
    ]);
  });
});
