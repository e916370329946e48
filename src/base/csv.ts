/** Tables as comma-separated text (RFC 4180), out and in. */

/** A cell: text, a number, or nothing (NaN, infinities and null become empty). */
export type Cell = string | number | boolean | null;

/**
 * A table as text: cells quoted where they must be (also around a semicolon, at which some spreadsheets cut), a line
 * break "\n" after every line. A text that a spreadsheet would take for a
 * formula (it begins with = + - @, a tab or a carriage return, after any apostrophes) gets an apostrophe in front;
 * {@link plainCell} takes it away again. Numbers stay numbers.
 */
export function csv(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(written).join(',')}\n`).join('');
}

function written(cell: Cell): string {
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  if (cell === null) return '';
  const text = typeof cell === 'string' && FORMULA.test(cell) ? `'${cell}` : String(cell);
  return /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * What a text looks like that {@link csv} puts an apostrophe in front of: apostrophes count in, so that taking one away
 * gives the text back.
 */
const FORMULA = /^'*[=+\-@\t\r]/;

/** A text cell as it was before {@link csv} wrote it. */
export function plainCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

/** A record of a table and the line of the file on which it begins, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Where a table breaks the rules: the line, and what is wrong with it as the end of a sentence. */
export interface CsvFault {
  readonly line: number;
  readonly what: string;
}

/**
 * Reads a table record by record, so that reading can stop early: cells may be quoted, quoted cells may hold commas, line breaks and
 * doubled quotes; lines end in "\n" or "\r\n"; a byte-order mark and lines that are empty are passed over. A quote inside a bare cell
 * is taken as it is. Ends with the fault where the rules are broken or a record has more than `mostCells`, else with null.
 */
export function* csvRecords(source: string, mostCells: number): Generator<CsvRecord, CsvFault | null> {
  const end = source.length;
  let at = source.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  while (at < end) {
    const first = line;
    const cells: string[] = [];
    for (let more = true; more;) {
      if (cells.length >= mostCells) return { line: first, what: `has more than ${mostCells} cells` };
      if (source[at] === '"') {
        const close = closingQuote(source, at + 1);
        if (close < 0) return { line: first, what: 'opens a quotation mark that is never closed' };
        const inside = source.slice(at + 1, close);
        cells.push(inside.replaceAll('""', '"'));
        line += inside.split('\n').length - 1;
        at = close + 1;
        if (at < end && !/^(?:,|\r?\n)/.test(source.slice(at, at + 2)))
          return {
            line,
            what: 'has text after a closing quotation mark; quotation marks inside a quoted cell are doubled',
          };
      } else {
        const stop = bareEnd(source, at);
        cells.push(source.slice(at, stop));
        at = stop;
      }
      more = source[at] === ',';
      if (more) at += 1;
    }
    at += source[at] === '\r' ? 2 : 1;
    line += 1;
    if (cells.length > 1 || cells[0] !== '') yield { line: first, cells };
  }
  return null;
}

/** Index of the quotation mark that closes a cell begun before `from`, or -1. */
function closingQuote(source: string, from: number): number {
  let at = source.indexOf('"', from);
  while (at >= 0 && source[at + 1] === '"') at = source.indexOf('"', at + 2);
  return at;
}

/** Where a bare cell ends: before a comma, before a line break ("\r\n" or "\n"), or with the text. */
function bareEnd(source: string, from: number): number {
  const match = BARE_END;
  match.lastIndex = from;
  return match.exec(source)?.index ?? source.length;
}

const BARE_END = /,|\r?\n/g;
