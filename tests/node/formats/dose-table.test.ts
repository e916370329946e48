import { expect, it } from 'vitest';
import { parseCsv } from '../../fixtures/parse-csv.ts';
import { doseTable } from '../../../src/formats/probe/dose-table.ts';
import { tableCsv } from '../../../src/formats/probe/report-tables.ts';
import { sampleDose } from '../../fixtures/samples/dose-sample.ts';

const table = doseTable(sampleDose);
const cell = (row: number, column: string) => table.rows[row]?.[table.header.indexOf(column)];

it('has a row for every direction and KL, and the control’s last', () => {
  expect(table.rows.map(([kind]) => kind)).toEqual([
    ...Array<string>(4).fill('direction'),
    ...Array<string>(10).fill('flipped'),
    ...Array<string>(3).fill('isotropic'),
    'unrelated',
    ...Array<string>(4).fill('control'),
  ]);
  expect(table.rows.every((row) => row.length === table.header.length)).toBe(true);
});

it('holds the numbers of the report, nothing rounded away', () => {
  const [, , level] = sampleDose.direction.levels;
  expect([
    cell(2, 'kl_asked'),
    cell(2, 'strength'),
    cell(2, 'effect'),
    cell(2, 'effect_low95'),
    cell(2, 'effect_high95'),
    cell(2, 'right'),
    cell(2, 'n'),
  ]).toEqual([1, level!.strength, level!.effect.value, level!.effect.low, level!.effect.high, level!.right.value, 48]);
  expect([cell(18, 'direction'), cell(18, 'strength'), cell(18, 'towards'), cell(18, 'effect'), cell(18, 'n')]).toEqual(
    ['luck', null, null, 0.5, 64],
  );
});

it('leaves out what has no number', () => {
  const broken = {
    ...sampleDose,
    control: null,
    placebos: [],
    direction: {
      ...sampleDose.direction,
      levels: sampleDose.direction.levels.map((level) => ({
        ...level,
        perplexity: Infinity,
        effect: { ...level.effect, low: null, high: null },
      })),
    },
  };
  const { header, rows } = doseTable(broken);
  expect(rows.map((row) => [row[header.indexOf('perplexity')], row[header.indexOf('effect_low95')]])).toEqual(
    Array(4).fill([null, null]),
  );
});

it('comes back from CSV', () => {
  const { records, fault } = parseCsv(tableCsv(table));
  const [header, ...rows] = records.map(({ cells }) => cells);
  expect(fault).toBeNull();
  expect(header).toEqual(table.header);
  expect(rows).toHaveLength(table.rows.length);
  expect(rows[0]?.slice(0, 2)).toEqual(['direction', 'Kind–cruel']);
});
