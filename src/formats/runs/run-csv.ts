/**
 * A recording as one table: every line says in `kind` what it is, so that a spreadsheet can filter it and pandas can
 * select it (`df[df.kind == 'score']`), and so that nothing is missing when it is read back.
 *
 *   kind                          index        name       text        number     layer_0 … layer_L
 *   about                                      member     its words   or number
 *   json                                       member     its JSON
 *   token                         token                   piece       token id
 *   score, words                  token                   piece                  one a layer
 *   tap                           tap          stand                  afterToken one a layer
 *   tap_low, tap_high             tap                                 afterToken one a layer
 *   shown, shown_low, shown_high  tap                                 its number
 *   calibration, explained, alarm              quantity                          one a layer
 *
 * Where the recording has each pole from neutral, the kinds score, words, tap, calibration, explained and alarm stand twice more,
 * with `_positive` and `_negative` after them. An empty cell is a value that is none (the start of the text). What is
 * read is checked as every recording is.
 */
import { type Cell, csv, type CsvFault, type CsvRecord, csvRecords, plainCell } from '../../base/csv.ts';
import { AppError } from '../../base/errors.ts';
import { type ByPole, POLES } from '../../probe/heads.ts';
import { tooDeep } from '../../base/shown.ts';
import { recordingIn, recordingObject, type RecordingObject } from './recording-json.ts';
import type { Recording } from './recording.ts';

const FIXED = ['kind', 'index', 'name', 'text', 'number'] as const;
const CALIBRATION = ['tapMean', 'scale', 'tokenMean', 'tokenSd', 'smoothSd'] as const;
/** Members of a recording that have lines of their own; every other goes into `about` or `json`. */
const TABLED = ['tokens', 'scores', 'words', 'taps', 'calibration', 'explained', 'alarm', 'poles'];
/** What is shown of a reading, in the order in which a recording's file holds it. */
const SHOWN = ['shown', 'shown_low', 'shown_high'];
/** More layers than any recording may have. */
const MAX_LAYERS = 1000;
/** What stands after a kind: nothing for the difference of the poles, its pole for each from neutral. */
const ENDINGS = ['', ...POLES.map((pole) => `_${pole}`)];

/** The first cells of such a table: tells it from every other CSV file. */
export const RUN_CSV_HEADER = FIXED.join(',');

const refuse = (message: string): never => {
  throw new AppError('recording-invalid', `${message} Export the run again.`);
};

/** The table of a recording. Scores are rounded as in its file. */
export function runCsv(recording: Recording): string {
  const root = recordingObject(recording);
  const { layers, taps: readouts } = root;
  const rows: Cell[][] = [];
  for (const [name, value] of Object.entries(root)) if (!TABLED.includes(name)) flatten(name, value, rows);
  root.tokens.forEach(([id, piece], token) => rows.push(['token', token, null, piece, id]));
  for (const ending of ENDINGS) {
    const head = headOf(root, ending);
    if (head !== undefined) rows.push(...headRows(head, ending, root));
  }
  readouts.forEach((readout, index) => {
    rows.push(['tap', index, readout.stand, null, readout.afterToken, ...readout.score]);
    rows.push(
      ['tap_low', index, null, null, readout.afterToken, ...(readout.nullLow ?? [])],
      ['tap_high', index, null, null, readout.afterToken, ...(readout.nullHigh ?? [])],
    );
    SHOWN.forEach((kind, part) => rows.push([kind, index, null, null, readout.shown?.[part] ?? null]));
    for (const pole of POLES) {
      const score = readout[pole];
      if (score !== undefined) rows.push([`tap_${pole}`, index, null, null, readout.afterToken, ...score]);
    }
  });
  const header = [...FIXED, ...Array.from({ length: layers }, (_, layer) => `layer_${layer}`)];
  return csv(
    header,
    rows.map((row) => [...row, ...new Array<Cell>(header.length - row.length).fill(null)]),
  );
}

/** The scales and scores of one way of reading. */
function headRows(head: ByPoleHead, ending: string, { tokens, layers }: RecordingObject): Cell[][] {
  const rows: Cell[][] = CALIBRATION.map((name, column) => [
    `calibration${ending}`,
    null,
    name,
    null,
    null,
    ...head.calibration.map((row) => row[column] ?? null),
  ]);
  rows.push([`explained${ending}`, null, 'explained', null, null, ...head.explained]);
  for (const [name, value] of Object.entries(head.alarm) as [string, number | readonly number[]][]) {
    if (typeof value === 'number') rows.push([`alarm${ending}`, null, name, null, value]);
    else if (value.length === layers) rows.push([`alarm${ending}`, null, name, null, null, ...value]);
    // Recordings of version 1 have no lines: nothing a layer.
    else rows.push([`alarm${ending}`, null, name, JSON.stringify(value), null]);
  }
  head.scores.forEach((row, token) =>
    rows.push([`score${ending}`, token, null, tokens[token]?.[1] ?? '', null, ...row]),
  );
  head.words.forEach((row, token) =>
    rows.push([`words${ending}`, token, null, tokens[token]?.[1] ?? '', null, ...row]),
  );
  return rows;
}

type ByPoleHead = NonNullable<RecordingObject['poles']>[keyof ByPole<unknown>];

function headOf(root: RecordingObject, ending: string): ByPoleHead | undefined {
  return ending === '' ? root : root.poles?.[ending.slice(1) as keyof ByPole<unknown>];
}

/** What the lines of one kind hold. */
type Lines = Record<string, unknown[]>;

/** Reads the table back. Throws `recording-invalid` with the line, or with the path of what is wrong in what it holds. */
export function parseRunCsv(source: string): Recording {
  const records = csvRecords(source, FIXED.length + MAX_LAYERS);
  const head = nextOf(records);
  if (head === null || head.cells.slice(0, FIXED.length).join(',') !== RUN_CSV_HEADER)
    return refuse(`The first line of a run's table begins with ${RUN_CSV_HEADER}.`);
  const layers = head.cells.length - FIXED.length;
  const root: Record<string, unknown> = {};
  const listed: Lines = Object.fromEntries(
    [
      'token',
      ...SHOWN,
      'tap',
      'tap_low',
      'tap_high',
      'tap_positive',
      'tap_negative',
      ...ENDINGS.flatMap((ending) => [`score${ending}`, `words${ending}`]),
    ].map((kind) => [kind, []]),
  );
  const named: Record<string, Record<string, unknown>> = Object.fromEntries(
    ENDINGS.flatMap((ending) => [`calibration${ending}`, `explained${ending}`, `alarm${ending}`]).map((kind) => [
      kind,
      {},
    ]),
  );
  for (let record = nextOf(records); record !== null; record = nextOf(records)) {
    const { line, cells } = record;
    if (cells.length !== head.cells.length)
      refuse(
        `Line ${line} has ${cells.length} cells, the first line has ${head.cells.length}: a spreadsheet may have cut it.`,
      );
    const [kind = '', index = '', name = '', text = '', number = ''] = cells;
    const values = cells.slice(FIXED.length).map((cell, layer) => numberIn(cell, line, `layer_${layer}`));
    const list = Object.hasOwn(listed, kind) ? listed[kind] : undefined;
    const members = Object.hasOwn(named, kind) ? named[kind] : undefined;
    if (list !== undefined) {
      if (index !== String(list.length))
        refuse(`Line ${line} is ${kind} ${index}, but ${kind} ${list.length} is due: keep the lines in their order.`);
      const counted = numberIn(number, line, 'number');
      list.push(
        kind === 'token'
          ? [counted, plainCell(text)]
          : kind === 'tap'
            ? { afterToken: counted, stand: name, score: values }
            : SHOWN.includes(kind)
              ? counted
              : values,
      );
    } else if (members !== undefined) {
      define(
        members,
        name,
        number !== '' ? numberIn(number, line, 'number') : text !== '' ? jsonIn(plainCell(text), line) : values,
      );
    } else if (kind === 'about')
      put(root, name, number === '' ? plainCell(text) : numberIn(number, line, 'number'), line);
    else if (kind === 'json') put(root, name, jsonIn(plainCell(text), line), line);
    else refuse(`Line ${line} has the kind ${JSON.stringify(kind.slice(0, 40))}, which is none of this table's.`);
  }
  const headObject = (ending: string): Record<string, unknown> => ({
    calibration: Array.from({ length: layers }, (_, layer) =>
      CALIBRATION.map((name) => (named[`calibration${ending}`]?.[name] as unknown[] | undefined)?.[layer]),
    ),
    explained: named[`explained${ending}`]?.['explained'],
    alarm: named[`alarm${ending}`],
    scores: listed[`score${ending}`],
    words: listed[`words${ending}`],
  });
  const hasPoles = POLES.some((pole) => Object.keys(named[`alarm_${pole}`] ?? {}).length > 0);
  return recordingIn({
    ...root,
    ...headObject(''),
    tokens: listed['token'],
    taps: listed['tap']?.map((readout, index) => ({
      ...(readout as object),
      shown: shownAt(listed, index),
      nullLow: listed['tap_low']?.[index],
      nullHigh: listed['tap_high']?.[index],
      positive: listed['tap_positive']?.[index],
      negative: listed['tap_negative']?.[index],
    })),
    ...(hasPoles ? { poles: { positive: headObject('_positive'), negative: headObject('_negative') } } : {}),
  });
}

/** What is shown of a reading: three numbers, or null where none of them is there. */
function shownAt(listed: Lines, index: number): unknown {
  const parts = SHOWN.map((kind) => listed[kind]?.[index] ?? null);
  return parts.every((part) => part === null) ? null : parts;
}

/** The next line of the table; null after the last. */
function nextOf(records: Generator<CsvRecord, CsvFault | null>): CsvRecord | null {
  const next = records.next();
  if (next.done !== true) return next.value;
  return next.value === null ? null : refuse(`The table's line ${next.value.line} ${next.value.what}.`);
}

/** Text and numbers as `about`, members of objects by their path, everything else as JSON. */
function flatten(name: string, value: unknown, rows: Cell[][]): void {
  if (typeof value === 'string') rows.push(['about', null, name, value, null]);
  else if (typeof value === 'number') rows.push(['about', null, name, null, value]);
  else if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, member] of Object.entries(value)) flatten(`${name}.${key}`, member, rows);
  else rows.push(['json', null, name, JSON.stringify(value), null]);
}

/** Puts a value where its dotted path leads. Own members only: a path must not reach what every object inherits. */
function put(root: Record<string, unknown>, path: string, value: unknown, line: number): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = root;
  for (const key of keys) {
    if (!Object.hasOwn(at, key)) define(at, key, {});
    const next = at[key];
    if (typeof next !== 'object' || next === null || Array.isArray(next))
      return refuse(`Line ${line} names ${path}, but ${key} holds a value already.`);
    at = next as Record<string, unknown>;
  }
  define(at, last, value);
}

/** Plain assignment would set the prototype where the key is `__proto__`. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function numberIn(cell: string, line: number, column: string): number | null {
  if (cell === '') return null;
  const value = Number(cell);
  return Number.isFinite(value)
    ? value
    : refuse(`Line ${line} must have a number in ${column}, got ${JSON.stringify(cell.slice(0, 40))}.`);
}

function jsonIn(text: string, line: number): unknown {
  try {
    if (!tooDeep(text)) return JSON.parse(text);
  } catch {
    // Refused below.
  }
  return refuse(`Line ${line} must hold JSON in text.`);
}
