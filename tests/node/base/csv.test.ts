import { describe, expect, it, test } from 'vitest';
import { csv, plainCell } from '../../../src/base/csv.ts';
import { parseCsv } from '../../fixtures/parse-csv.ts';

describe('a table as CSV', () => {
  it('quotes what RFC 4180 asks to be quoted, and nothing else', () => {
    expect(
      csv(
        ['a', 'b,c'],
        [
          ['plain', 'with "quotes"'],
          ['two\nlines', 1.5],
          [true, null],
        ],
      ),
    ).toBe('a,"b,c"\nplain,"with ""quotes"""\n"two\nlines",1.5\ntrue,\n');
  });

  it('quotes a text with a semicolon, at which some spreadsheets cut cells', () => {
    expect(csv(['h', 'g'], [['x;=1+1', 'y']])).toBe('h,g\n"x;=1+1",y\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('keeps the text %j from being a formula', (text) => {
    expect(parseCsv(csv(['h'], [[text]])).records[1]?.cells).toEqual([`'${text}`]);
  });

  it.each(['=1', "'=1", "''=1", "'quoted'", "'", '-', 'plain', '\tx', ''])('gives the text %j back', (text) => {
    const [, row] = parseCsv(csv(['h', 'g'], [[text, 'x']])).records;
    expect(plainCell(row?.cells[0] ?? 'missing')).toBe(text);
  });

  it('leaves numbers numbers, also below zero, and those that are none empty', () => {
    expect(csv(['h'], [[-1.25], [1e-7], [NaN], [-Infinity]])).toBe('h\n-1.25\n1e-7\n\n\n');
  });
});

describe('a CSV file', () => {
  const cells = (source: string) => parseCsv(source).records.map((record) => record.cells);

  it('gives back what was written', () => {
    const rows = [
      ['a,b', 'c"d"', 'e\r\nf', ''],
      ['', '', '', ''],
      ['"', '""', ',', '\n'],
    ];
    expect(cells(csv(['1', '2', '3', '4'], rows))).toEqual([['1', '2', '3', '4'], ...rows]);
  });

  it('may begin with a byte-order mark, end its lines the Windows way and end without one', () => {
    expect(cells('\ufeffa,b\r\n"c",d\r\ne,"f\r\ng"')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f\r\ng'],
    ]);
  });

  it('knows the line where each record begins, passing over empty lines', () => {
    expect(parseCsv('a\n\n"b\nc"\nd\n').records.map(({ line }) => line)).toEqual([1, 3, 5]);
  });

  it('takes a quotation mark inside a bare cell and a trailing comma as they are', () => {
    expect(cells('6" nail,x,\n')).toEqual([['6" nail', 'x', '']]);
  });

  it('of nothing has no records', () => {
    expect(parseCsv('')).toEqual({ records: [], fault: null });
    expect(cells('a,')).toEqual([['a', '']]);
  });
});

test.each([
  ['a\n"b\nc', { line: 2, what: 'opens a quotation mark that is never closed' }],
  [
    'a\n"b\nc"d\n',
    { line: 3, what: 'has text after a closing quotation mark; quotation marks inside a quoted cell are doubled' },
  ],
])('the broken table %j says where it breaks', (source, fault) => {
  expect(parseCsv(source)).toEqual({ records: [{ line: 1, cells: ['a'] }], fault });
});

test('a record with more cells than may be is refused where it stands, and what follows is not read', () => {
  expect(parseCsv(`a\n${','.repeat(1_000_000)}\nb\n`, 200)).toEqual({
    records: [{ line: 1, cells: ['a'] }],
    fault: { line: 2, what: 'has more than 200 cells' },
  });
});

test('twenty thousand rows are read to the last', () => {
  const source = csv(
    ['a', 'b'],
    Array.from({ length: 20_000 }, (_, i) => [`topic ${i}`, `He said "no", ${'x'.repeat(200)}.`]),
  );
  expect(parseCsv(source).records).toHaveLength(20_001);
});
