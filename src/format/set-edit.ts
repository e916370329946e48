/** Changes to the rows of a set, and rows as a file. Pure; what an edit leaves behind is judged by `checkPromptSet`, not here. */
import type { PromptRow } from './prompt-set.ts';

/** A row as its file has it: the pole by the set's own name for it. Its line is its place in the list. */
export interface EditableRow extends Omit<PromptRow, 'pole' | 'line'> {
  readonly pole: string;
}

/** One change; `index` counts rows from 0. */
export type RowEdit =
  | { readonly kind: 'change'; readonly index: number; readonly to: Partial<EditableRow> }
  /** Puts rows before the row at `index`; at the end where there is none. */
  | { readonly kind: 'add'; readonly index: number; readonly rows: readonly EditableRow[] }
  | { readonly kind: 'delete'; readonly index: number; readonly count: number };

/** The rows after an edit; throws `RangeError` where it names a row that is not there. */
export function editRows(rows: readonly EditableRow[], edit: RowEdit): EditableRow[] {
  const last = edit.kind === 'add' ? rows.length : rows.length - 1;
  if (!Number.isInteger(edit.index) || edit.index < 0 || edit.index > last) throw new RangeError(`there is no row ${edit.index} among ${rows.length}`);
  switch (edit.kind) {
    case 'change':
      return rows.map((row, index) => (index === edit.index ? { ...row, ...edit.to } : row));
    case 'add':
      return rows.toSpliced(edit.index, 0, ...edit.rows);
    case 'delete':
      return rows.toSpliced(edit.index, edit.count);
  }
}

/** Rows as JSON lines; row `i` stands on line `i + 1`, so that a problem's line finds its row. Empty labels are left out. */
export function rowsToJsonl(rows: readonly EditableRow[]): string {
  const line = ({ topic, pole, context, text, template, style, split }: EditableRow): string => {
    const labels = Object.entries({ template, style, split }).filter(([, label]) => label !== undefined && label !== '');
    return `${JSON.stringify({ topic, pole, context, text, ...Object.fromEntries(labels) })}\n`;
  };
  return rows.map(line).join('');
}
