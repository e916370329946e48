/**
 * Prompt sets: `NAME.set.json` (name, poles, taps) beside `NAME.jsonl`, one turn a line. Topics are the unit of
 * held-out testing, so each must hold as many turns of one pole as of the other.
 *
 * Version 0 had neither `format` nor `version`; its fields are those of version 1.
 */
import { AppError } from '../core/errors.ts';
import type { Axis } from '../core/probe-types.ts';
import { checkFormat, field, has, type JsonNode, jsonRoot, list, type Refuse, words } from './json-path.ts';

const FORMAT = 'flipside-prompt-set';
const VERSION = 1;
const MAX_CHARACTERS = 16_000_000;
const MAX_ROWS = 20_000;
const MAX_TAPS = 16;

/** The pole of a turn, whatever the set calls it. */
export type Pole = 'positive' | 'negative' | 'neutral';

/** One turn. */
export interface PromptRow {
  readonly topic: string;
  readonly pole: Pole;
  /** The scene, the same words for every pole of the topic. */
  readonly context: string;
  /** What somebody does in it. */
  readonly text: string;
  readonly template?: string;
  readonly style?: string;
  readonly split?: string;
  /** Its line in the rows file, from 1. */
  readonly line: number;
}

/** A validated prompt set. */
export interface PromptSet {
  readonly name: string;
  readonly axis: Axis;
  readonly taps: readonly string[];
  readonly licence: string;
  readonly about: string;
  readonly rows: readonly PromptRow[];
  /** Topics in order of first appearance. */
  readonly topics: readonly string[];
  readonly sha256: string;
}

/** The two files of a set. */
export interface SetFiles {
  /** Names of the files, for error messages only. */
  readonly headerName: string;
  readonly rowsName: string;
  readonly header: string;
  readonly rows: string;
  /** SHA-256 of the rows file as hex, for provenance; hashing is the caller's. */
  readonly sha256: string;
}

/**
 * Reads a prompt set. Throws `set-invalid` (header; names the path), `set-row-invalid` (file, line and field) or
 * `set-topic-incomplete` (topic and pole). `requireNeutral` asks for a neutral turn in every topic, which training
 * needs and judging does not.
 */
export function parsePromptSet(files: SetFiles, options: { readonly requireNeutral: boolean }): PromptSet {
  const root = setHeader(files, FORMAT, VERSION, true);
  const poles = field(root, 'poles');
  const axis = { positive: words(field(poles, 'positive'), 80), negative: words(field(poles, 'negative'), 80), neutral: words(field(poles, 'neutral'), 80) };
  if (new Set(Object.values(axis)).size < 3) root.refuse(`${poles.path} must name three different poles.`);
  const taps = list(field(root, 'taps'), 1, MAX_TAPS).map((tap) => words(tap, 400));
  if (new Set(taps).size < taps.length) root.refuse(`${root.path}.taps holds a sentence twice.`);
  const rows = setLines(files).map(({ line, row }) => toRow(row, line, axis));
  checkDuplicates(rows, files.rowsName);
  const topics = [...new Set(rows.map((row) => row.topic))];
  for (const topic of topics) checkTopic(topic, rows, axis, options.requireNeutral, files.rowsName);
  return { ...headerText(root), axis, taps, rows, topics, sha256: files.sha256 };
}

/** The fields of one row, each refused with file, line and field. */
export interface RowReader {
  readonly required: (key: string) => JsonNode;
  readonly optional: (key: string) => JsonNode | undefined;
}

/** Parses and checks a header's `format` and `version`. */
export function setHeader(files: SetFiles, format: string, version: number, versionZero: boolean): JsonNode {
  const refuse: Refuse = (message) => {
    throw new AppError('set-invalid', `${message} Correct the file and try again.`, { file: files.headerName });
  };
  const root = jsonRoot(files.header, files.headerName, refuse);
  if (!(versionZero && !has(root, 'format') && !has(root, 'version'))) checkFormat(root, format, version);
  return root;
}

/** The fields that all headers share. */
export function headerText(root: JsonNode): { name: string; licence: string; about: string } {
  const name = words(field(root, 'name'), 80);
  if (!/^[\w.-]+$/.test(name)) root.refuse(`${root.path}.name may hold letters, digits, dots, hyphens and underscores, got ${JSON.stringify(name)}.`);
  return { name, licence: words(field(root, 'licence'), 200), about: words(field(root, 'about'), 4000) };
}

/** The lines of the rows file with a reader for each; blank lines are passed over. Throws `set-row-invalid`, or `set-invalid` for a file without rows. */
export function setLines(files: SetFiles): { readonly line: number; readonly row: RowReader }[] {
  const { rowsName } = files;
  const invalid = (message: string): never => {
    throw new AppError('set-invalid', message, { file: rowsName });
  };
  if (files.rows.length > MAX_CHARACTERS) invalid(`${rowsName} has ${files.rows.length} characters; at most ${MAX_CHARACTERS} are read. Split the set.`);
  const out: { line: number; row: RowReader }[] = [];
  files.rows.split(/\r?\n/).forEach((source, index) => {
    if (source.trim() === '') return;
    const line = index + 1;
    const path = `${rowsName} line ${line}`;
    const node = jsonRoot(source, path, rowRefusal(rowsName, line, ''));
    const required = (key: string): JsonNode => field({ ...node, refuse: rowRefusal(rowsName, line, key) }, key);
    out.push({ line, row: { required, optional: (key) => (has(node, key) ? required(key) : undefined) } });
  });
  if (out.length === 0) invalid(`${rowsName} holds no rows. Put one turn a line into it.`);
  if (out.length > MAX_ROWS) invalid(`${rowsName} has ${out.length} rows; at most ${MAX_ROWS} are read. Split the set.`);
  return out;
}

/** A refusal of one row, with file, line and field as details. */
export function rowRefusal(file: string, line: number, key: string): Refuse {
  return (message) => {
    throw new AppError('set-row-invalid', `${message} Correct that line and try again.`, { file, line, field: key });
  };
}

function toRow(row: RowReader, line: number, axis: Axis): PromptRow {
  const named = row.required('pole');
  const pole = (['positive', 'negative', 'neutral'] as const).find((key) => axis[key] === named.value);
  if (pole === undefined) return named.refuse(`${named.path} must be one of ${Object.values(axis).map((name) => JSON.stringify(name)).join(', ')}, got ${JSON.stringify(named.value)}.`);
  return { topic: words(row.required('topic'), 200), pole, context: words(row.required('context'), 4000), text: words(row.required('text'), 4000), ...labels(row), line };
}

/** The optional labels of a row. */
function labels({ optional }: RowReader): Pick<PromptRow, 'template' | 'style' | 'split'> {
  const out: { template?: string; style?: string; split?: string } = {};
  for (const key of ['template', 'style', 'split'] as const) {
    const node = optional(key);
    if (node !== undefined) out[key] = words(node, 200);
  }
  return out;
}

function checkDuplicates(rows: readonly PromptRow[], file: string): void {
  const seen = new Map<string, PromptRow>();
  for (const row of rows) {
    const key = `${row.context}\n${row.text}`;
    const earlier = seen.get(key);
    if (earlier !== undefined) rowRefusal(file, row.line, 'text')(`${file} line ${row.line}.text repeats line ${earlier.line} ("${row.text.slice(0, 40)}…").`);
    seen.set(key, row);
  }
}

function checkTopic(topic: string, rows: readonly PromptRow[], axis: Axis, requireNeutral: boolean, file: string): void {
  const count = { positive: 0, negative: 0, neutral: 0 };
  for (const row of rows) if (row.topic === topic) count[row.pole] += 1;
  const lacks = (pole: Pole, advice: string): never => {
    throw new AppError('set-topic-incomplete', `Topic "${topic}" in ${file} ${advice}`, { file, topic, pole: axis[pole] });
  };
  for (const pole of requireNeutral ? (['positive', 'negative', 'neutral'] as const) : (['positive', 'negative'] as const)) {
    if (count[pole] === 0) lacks(pole, `has no "${axis[pole]}" turn. Add one, or remove the topic.`);
  }
  if (count.positive !== count.negative) {
    const fewer = count.positive < count.negative ? 'positive' : 'negative';
    lacks(fewer, `has ${count.positive} "${axis.positive}" and ${count.negative} "${axis.negative}" turns. Both poles need the same number, or a topic gives away the label.`);
  }
}
