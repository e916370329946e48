import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { checkPromptSet } from '../../src/format/prompt-set.ts';
import { type EditableRow, editRows, rowsToJsonl } from '../../src/format/set-edit.ts';

const seed = (ending: string): string => readFileSync(new URL(`../../probes/sets/formal-casual/formal-casual${ending}`, import.meta.url), 'utf8');
const rows = seed('.jsonl').trim().split('\n').map((line) => JSON.parse(line) as EditableRow);
const checked = (some: readonly EditableRow[]) => checkPromptSet({ headerName: 'h', rowsName: 'r', header: seed('.set.json'), rows: rowsToJsonl(some) }, { requireNeutral: true });

it('a shipped set comes out of its rows as it went in', () => {
  expect(rowsToJsonl(rows).split('\n').map((line) => (line === '' ? null : (JSON.parse(line) as unknown)))).toEqual([...rows, null]);
  expect(checked(rows).problems).toEqual([]);
});

it('rows are changed, added and deleted without touching the list they came from', () => {
  const before = structuredClone(rows);
  expect(editRows(rows, { kind: 'change', index: 2, to: { text: 'Other words.', style: '' } })[2]).toEqual({ ...rows[2], text: 'Other words.', style: '' });
  const extra = rows.slice(0, 3).map((row) => ({ ...row, topic: 'new', context: 'A new scene.' }));
  const added = editRows(rows, { kind: 'add', index: rows.length, rows: extra });
  expect(checked(added).set?.topics).toHaveLength(49);
  expect(editRows(added, { kind: 'delete', index: 144, count: 3 })).toEqual(rows);
  expect(editRows(rows, { kind: 'add', index: 0, rows: extra }).slice(3)).toEqual(rows);
  expect(rows).toEqual(before);
});

it('an edit may leave a set in disorder, and the check then finds its line', () => {
  expect(checked(editRows(rows, { kind: 'change', index: 7, to: { text: '' } })).problems).toMatchObject([{ line: 8, field: 'text' }]);
  expect(checked(editRows(rows, { kind: 'delete', index: 1, count: 1 })).problems).toMatchObject([{ topic: rows[1]!.topic, message: expect.stringContaining('has no "casual" turn') as string }]);
});

it('an empty label is not written', () => {
  expect(rowsToJsonl([{ topic: 'a', pole: 'b', context: 'c', text: 'd', style: '', split: 'e' }])).toBe('{"topic":"a","pole":"b","context":"c","text":"d","split":"e"}\n');
});

it.each([
  { kind: 'change', index: 144, to: {} },
  { kind: 'delete', index: -1, count: 1 },
  { kind: 'add', index: 145, rows: [] },
] as const)('the edit %j names no row', (edit) => {
  expect(() => editRows(rows, edit)).toThrow(RangeError);
});
