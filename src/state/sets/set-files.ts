/** The files that a set can be saved as: what the command reads, and a table for a spreadsheet. */
import { csv } from '../../base/csv.ts';
import { textOf } from '../../probe/sets/set-header.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { draftRows } from './set-rows.ts';

/** A file of a set. */
export interface SetFile {
  readonly name: string;
  readonly says: string;
  readonly type: string;
  readonly content: string;
}

const COLUMNS = ['topic', 'pole', 'context', 'text'] as const;
const LABELS = ['style', 'template', 'split'] as const;

/** Header, rows and table, as the set stands, right or wrong; labels that no row has get no column. */
export function setFilesOf({ name, header, rows }: SetSource): readonly SetFile[] {
  const drafts = draftRows(rows);
  const labels = LABELS.filter((label) => drafts.some((row) => textOf(row.rest[label]) !== ''));
  const table = csv(
    [...COLUMNS, ...labels],
    drafts.map((row) => [...COLUMNS.map((column) => row[column]), ...labels.map((label) => textOf(row.rest[label]))]),
  );
  return [
    { name: `${name}.set.json`, says: 'its name, poles and control texts', type: 'application/json', content: header },
    {
      name: `${name}.jsonl`,
      says: 'its turns, one a line; the command reads both',
      type: 'application/jsonl',
      content: rows,
    },
    { name: `${name}.csv`, says: 'its turns as a table', type: 'text/csv', content: table },
  ];
}
