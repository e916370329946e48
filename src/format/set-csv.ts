/** A prompt set's rows from a CSV table with the columns topic, pole, context, text and perhaps style, template, split. */
import { parseCsv } from '../core/csv.ts';
import { rowRefusal } from './set-lines.ts';
import type { Problems } from './set-problems.ts';

const NEEDED = ['topic', 'pole', 'context', 'text'] as const;
const COLUMNS: readonly string[] = [...NEEDED, 'template', 'style', 'split'];

/**
 * The rows as JSON lines, each on the line where its record begins in the table, so that a problem's line is the table's own. Column
 * names may be in any case and order, other columns are ignored, white space around a cell is dropped, as is the apostrophe that keeps
 * a spreadsheet from taking a text for a formula (see `csv`), and empty labels are left out. Null where the table has not the columns that it needs.
 */
export function linesFromCsv(source: string, file: string, problems: Problems): string | null {
  const { records, fault } = parseCsv(source);
  const [head, ...rows] = records;
  if (head === undefined) {
    problems.add(`${file} is empty. Its first line must name the columns ${NEEDED.join(', ')}.`, { file });
    return null;
  }
  const names = head.cells.map((cell) => cell.trim().toLowerCase());
  const missing = NEEDED.filter((name) => !names.includes(name));
  const elsewhere = names.length === 1 && /[;\t]/.test(head.cells[0] ?? '') ? ' Its cells seem to be separated by semicolons or tabs: export it with commas.' : '';
  for (const name of missing) problems.add(`${file} has no column "${name}"; its first line names ${names.slice(0, 12).map((own) => JSON.stringify(own.slice(0, 40))).join(', ')}.${elsewhere}`, { file, line: head.line, field: name });
  for (const name of COLUMNS) if (names.indexOf(name) !== names.lastIndexOf(name)) problems.add(`${file} has two columns "${name}". Remove or rename one.`, { file, line: head.line, field: name });
  if (missing.length > 0) return null;
  const lines: string[] = [];
  for (const { line, cells } of rows) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    if (cells.length > names.length) {
      problems.attempt(() => rowRefusal(file, line, '')(`${file} line ${line} has ${cells.length} cells, but there are ${names.length} columns. A cell that holds a comma must stand in quotation marks.`));
      continue;
    }
    const row: Record<string, string> = {};
    for (const name of COLUMNS) {
      const cell = unguarded(cells[names.indexOf(name)]?.trim() ?? '');
      if (cell !== '' || NEEDED.some((needed) => needed === name)) row[name] = cell;
    }
    lines[line - 1] = JSON.stringify(row);
  }
  if (fault !== null) problems.attempt(() => rowRefusal(file, fault.line, '')(`${file} line ${fault.line} ${fault.what}.`));
  return Array.from(lines, (line: string | undefined) => line ?? '').join('\n');
}

/** A cell without the apostrophe that `csv` puts before what a spreadsheet would take for a formula. */
function unguarded(cell: string): string {
  return /^'[=+\-@]/.test(cell) ? cell.slice(1) : cell;
}
