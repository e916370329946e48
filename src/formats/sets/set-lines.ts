/** What all sets have in common: a header `NAME.set.json` beside rows `NAME.jsonl`, one JSON object a line. */
import { AppError } from '../../base/errors.ts';
import { shown } from '../../base/shown.ts';
import { checkFormat, field, has, type JsonNode, jsonRoot, type Refuse, words } from '../../json/json-path.ts';

/** The most characters of rows that are read. */
export const MAX_CHARACTERS = 16_000_000;
/** The most rows. */
export const MAX_ROWS = 20_000;

/** The two files of a set as text. */
export interface SetTexts {
  /** Names of the files, for error messages only. */
  readonly headerName: string;
  readonly rowsName: string;
  readonly header: string;
  readonly rows: string;
}

/** The two files of a set. */
export interface SetFiles extends SetTexts {
  /** SHA-256 of the rows file as hex, for provenance; hashing is the caller's. */
  readonly sha256: string;
}

/** The fields of one row, each refused with file, line and field. */
export interface RowReader {
  /** Whether the line is an object at all; if not, every field is refused. */
  readonly isObject: boolean;
  readonly required: (key: string) => JsonNode;
  readonly optional: (key: string) => JsonNode | undefined;
}

/** Parses and checks a header's `format` and `version`; a byte-order mark is passed over. */
export function setHeader(files: SetTexts, format: string, version: number, versionZero: boolean): JsonNode {
  const refuse: Refuse = (message) => {
    throw new AppError('set-invalid', `${message} Correct the file and try again.`, { file: files.headerName });
  };
  const root = jsonRoot(withoutMark(files.header), files.headerName, refuse);
  if (!(versionZero && !has(root, 'format') && !has(root, 'version'))) checkFormat(root, format, version);
  return root;
}

/** The fields that all headers share. */
export function headerText(root: JsonNode): { name: string; licence: string; about: string } {
  const name = words(field(root, 'name'), 80);
  if (!/^[\w.-]+$/.test(name))
    root.refuse(`${root.path}.name may hold letters, digits, dots, hyphens and underscores, got ${shown(name)}.`);
  return { name, licence: words(field(root, 'licence'), 200), about: words(field(root, 'about'), 4000) };
}

/**
 * The lines of the rows file with a reader for each; blank lines and a byte-order mark are passed over, lines may end the Windows way.
 * Throws `set-row-invalid`, or `set-invalid` for a file without rows. A line that is not JSON goes through `attempt`, which
 * may keep the refusal and go on without the line.
 */
export function setLines(
  files: SetTexts,
  attempt: <T>(run: () => T) => T | undefined = (run) => run(),
): { readonly line: number; readonly row: RowReader }[] {
  const { rowsName } = files;
  const invalid = (message: string): never => {
    throw new AppError('set-invalid', message, { file: rowsName });
  };
  if (files.rows.length > MAX_CHARACTERS)
    invalid(`${rowsName} has ${files.rows.length} characters; at most ${MAX_CHARACTERS} are read. Split the set.`);
  const sources = withoutMark(files.rows).split(/\r?\n/);
  const filled = sources.filter((source) => source.trim() !== '').length;
  if (filled === 0) invalid(`${rowsName} holds no rows. Put one turn a line into it.`);
  if (filled > MAX_ROWS) invalid(`${rowsName} has ${filled} rows; at most ${MAX_ROWS} are read. Split the set.`);
  const out: { line: number; row: RowReader }[] = [];
  sources.forEach((source, index) => {
    if (source.trim() === '') return;
    const line = index + 1;
    const node = attempt(() => jsonRoot(source, `${rowsName} line ${line}`, rowRefusal(rowsName, line, '')));
    if (node === undefined) return;
    const required = (key: string): JsonNode => field({ ...node, refuse: rowRefusal(rowsName, line, key) }, key);
    const isObject = typeof node.value === 'object' && node.value !== null && !Array.isArray(node.value);
    out.push({ line, row: { isObject, required, optional: (key) => (has(node, key) ? required(key) : undefined) } });
  });
  return out;
}

/** A refusal of one row, with file, line and field as details. */
export function rowRefusal(file: string, line: number, key: string): Refuse {
  return (message) => {
    throw new AppError('set-row-invalid', `${message} Correct that line and try again.`, { file, line, field: key });
  };
}

function withoutMark(source: string): string {
  return source.startsWith('\ufeff') ? source.slice(1) : source;
}
