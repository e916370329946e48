/** The columns of the table of tokens: what the page shows and what is copied come from one place. */
import { plainNumber, signed } from '../../content/numbers.ts';
import { beyondLines } from '../../reading/alarm.ts';
import type { LinePair } from '../../reading/alarm.ts';
import type { StripCell } from '../../reading/strip-cell.ts';
import { visibleToken } from '../../text/visible-text.ts';

/** What the table is made of. */
export interface ReadingTableInput {
  readonly cells: readonly StripCell[];
  /** The way of reading, e.g. `kind against cruel`. */
  readonly reading: string;
  readonly layer: number;
  /** Layers of the model with the embedding. */
  readonly layers: number;
  /** Label of the value that the colours show; null where that is the score itself. */
  readonly shown: string | null;
  raw(token: number, layer: number): number;
  /** The part of the score that the words alone predict; null where it is not known at this layer. */
  readonly words: ((token: number) => number) | null;
  /** The shown value without the words; null where it is not known. */
  readonly wordless: ArrayLike<number> | null;
  /** Beyond each, 1 in 100 neutral values of what is shown; null where that is not known. */
  readonly lines: LinePair | null;
  /** The reading that stands right after a token; null where none does. */
  after(token: number): number | null;
}

/** One column after the position and the token. */
export interface ReadingColumn {
  readonly head: string;
  cell(cell: StripCell): string;
}

/** The columns, in order; `more` are further layers to show the score at. */
export function readingColumns(
  { layer, shown, raw, words, wordless, lines, after }: ReadingTableInput,
  more: readonly number[],
): ReadingColumn[] {
  return [
    { head: `Score, layer ${layer}`, cell: ({ token }) => number(raw(token, layer)) },
    ...more.map((other): ReadingColumn => ({ head: `Layer ${other}`, cell: ({ token }) => number(raw(token, other)) })),
    ...(words === null ? [] : [{ head: 'Words alone', cell: ({ token }: StripCell) => number(words(token)) }]),
    ...(shown === null ? [] : [{ head: shown, cell: ({ value }: StripCell) => number(value) }]),
    ...(wordless === null
      ? []
      : [{ head: 'Without words', cell: ({ token }: StripCell) => number(wordless[token] ?? Number.NaN) }]),
    ...(lines === null
      ? []
      : [{ head: '1 in 100', cell: ({ value }: StripCell) => (beyondLines(value, lines) ? 'beyond' : '') }]),
    { head: 'Reading after it', cell: ({ token }) => signedOrNone(after(token)) },
  ];
}

/** The whole table as tab-separated text for the clipboard, with true tokens made visible and one row a token. */
export function readingText(input: ReadingTableInput, more: readonly number[]): string {
  const columns = readingColumns(input, more);
  const rows = input.cells.map((cell) => [
    String(cell.token),
    visibleToken(cell.text),
    ...columns.map((column) => column.cell(cell)),
  ]);
  return [['Position', 'Token', ...columns.map((column) => column.head)], ...rows]
    .map((row) => `${row.join('\t')}\n`)
    .join('');
}

/** A score as a table shows it. */
export function number(value: number): string {
  return Number.isFinite(value) ? plainNumber(value, 2) : '–';
}

function signedOrNone(value: number | null): string {
  return value === null ? '' : signed(value);
}
