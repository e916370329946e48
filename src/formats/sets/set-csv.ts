/** A prompt set's rows from a CSV table with the columns topic, pole, text and perhaps context, style, template, split. */
import { type CsvRecord, csvRecords, plainCell } from '../../base/csv.ts';
import { MAX_CHARACTERS, MAX_ROWS, rowRefusal } from './set-lines.ts';
import type { Problems } from './set-problems.ts';

const NEEDED = ['topic', 'pole', 'text'] as const;
/** Columns that a row of ours always has, in the order in which they are asked for. */
const ASKED = ['topic', 'pole', 'context', 'text'] as const;
const COLUMNS: readonly string[] = [...ASKED, 'template', 'style', 'split'];
/** Columns that nobody asked for are passed over, up to so many. */
const MAX_COLUMNS = 200;

/**
 * The rows as JSON lines, each on the line where its record begins in the table, so that a problem's line is the table's own. Column
 * names may be in any case and order, other columns are ignored, white space around a cell is dropped, as is the apostrophe that keeps
 * a spreadsheet from taking a text for a formula (see `csv`), and empty labels are left out. Null where the table has
 * not the columns that it needs.
 */
export function linesFromCsv(source: string, file: string, problems: Problems): string | null {
  if (source.length > MAX_CHARACTERS) {
    problems.add(`${file} has ${source.length} characters; at most ${MAX_CHARACTERS} are read. Split the set.`, {
      file,
    });
    return null;
  }
  const records = csvRecords(source, MAX_COLUMNS);
  const beginning = records.next();
  const head: CsvRecord | null = beginning.done === true ? null : beginning.value;
  if (beginning.done === true && beginning.value !== null) {
    problems.add(`${file} line ${beginning.value.line} ${beginning.value.what}.`, { file, line: beginning.value.line });
    return null;
  }
  if (head === null) {
    problems.add(`${file} is empty. Its first line must name the columns ${ASKED.join(', ')}.`, { file });
    return null;
  }
  const names = head.cells.map((cell) => cell.trim().toLowerCase());
  const missing = NEEDED.filter((name) => !names.includes(name));
  const elsewhere =
    names.length === 1 && /[;\t]/.test(head.cells[0] ?? '')
      ? ' Its cells seem to be separated by semicolons or tabs: export it with commas.'
      : '';
  for (const name of missing)
    problems.add(
      `${file} has no column "${name}"; its first line names ${names
        .slice(0, 12)
        .map((own) => JSON.stringify(own.slice(0, 40)))
        .join(', ')}.${elsewhere}`,
      { file, line: head.line, field: name },
    );
  for (const name of COLUMNS)
    if (names.indexOf(name) !== names.lastIndexOf(name))
      problems.add(`${file} has two columns "${name}". Remove or rename one.`, { file, line: head.line, field: name });
  if (missing.length > 0) return null;
  const lines: string[] = [];
  let filled = 0;
  for (;;) {
    const next = records.next();
    if (next.done === true) {
      const fault = next.value;
      if (fault !== null)
        problems.attempt(() => rowRefusal(file, fault.line, '')(`${file} line ${fault.line} ${fault.what}.`));
      break;
    }
    const { line, cells } = next.value;
    if (cells.every((cell) => cell.trim() === '')) continue;
    filled += 1;
    if (filled > MAX_ROWS) {
      problems.add(`${file} has more than ${MAX_ROWS} rows, which are the most that are read. Split the set.`, {
        file,
        line,
      });
      return null;
    }
    if (cells.length > names.length) {
      problems.attempt(() =>
        rowRefusal(
          file,
          line,
          '',
        )(
          `${file} line ${line} has ${cells.length} cells, but there are ${names.length} columns. A cell that holds a comma must stand in quotation marks.`,
        ),
      );
      continue;
    }
    const row: Record<string, string> = {};
    for (const name of COLUMNS) {
      const cell = plainCell(cells[names.indexOf(name)]?.trim() ?? '');
      if (cell !== '' || ASKED.some((asked) => asked === name)) row[name] = cell;
    }
    lines[line - 1] = JSON.stringify(row);
  }
  return Array.from(lines, (line: string | undefined) => line ?? '').join('\n');
}
