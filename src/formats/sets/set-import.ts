/**
 * A set that somebody brings: `NAME.set.json` with `NAME.jsonl`, or rows alone (`.jsonl` or `.csv`), for which a header is
 * written. What comes out has passed every check of `prompt-set.ts`, or is a list of all that is wrong. A set without any
 * scene, or without any neutral turn, as most public sets are, can be judged and not trained on.
 */
import type { Axis } from '../../probe/probe-types.ts';
import { neutralName } from '../../probe/sets/set-header.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { PROMPT_SET_FORMAT, type PromptSet, readPromptSet } from './prompt-set.ts';
import { linesFromCsv } from './set-csv.ts';
import { setLines, type SetTexts } from './set-lines.ts';
import { type Findings, Problems } from './set-problems.ts';
import { decodeText } from '../containers/text-file.ts';

/** The control texts of a set that names none: those of the set kind-cruel-24. */
export const DEFAULT_READOUTS: readonly string[] = [
  'The clock on the wall showed a quarter past four.',
  'Outside, a cart rolled slowly along the road.',
  'Then there was a short silence.',
  'The next morning began like any other.',
];

/** Fewer topics than this cannot be trained on: each is held out in turn. */
export const LEAST_TOPICS = 4;
const HEADER_ENDING = '.set.json';
const ROWS_ENDING = /\.(?:jsonl|csv)$/i;

/** A file as it was dropped. */
export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What the rows alone do not say; needed for files without a header only. */
export interface ImportChoices {
  /** Which of the names of {@link PoleName} is which. */
  readonly poles?: Axis;
  readonly licence?: string;
  readonly about?: string;
}

/** A name in the field `pole`, with what helps to recognise it. */
export interface PoleName {
  readonly name: string;
  readonly rows: number;
  /** The text of its first row. */
  readonly example: string;
}

/** What no row of a set has, so that it can be judged and not trained on. */
export type Lack = 'scenes' | 'neutral turns';

/** What an import gives. */
export type SetImport =
  | {
      readonly kind: 'ready';
      readonly source: SetSource;
      readonly set: Omit<PromptSet, 'sha256'>;
      /** What training would need and no row of it has; empty where it can be trained on. */
      readonly lacks: readonly Lack[];
    }
  /** Everything else is in order; ask which pole is which and import again with `ImportChoices.poles`. */
  | { readonly kind: 'needs'; readonly poles: readonly PoleName[] }
  | ({ readonly kind: 'problems' } & Findings);

/** Reads what was dropped; never throws for what is in the files. */
export function importSet(files: readonly DroppedFile[], choices: ImportChoices = {}): SetImport {
  const problems = new Problems();
  const texts = textsOf(files, problems);
  if (texts === null) return { kind: 'problems', ...problems.findings() };
  const { rowsName, rows } = texts;
  const asking = texts.header === null && choices.poles === undefined;
  const names = asking ? poleNames(texts, problems) : [];
  if (names === null) return { kind: 'problems', ...problems.findings() };
  // Any order of the names will do to check the rows one by one; which poles must be equally many is not known before.
  const [first, second] = names;
  const axis = choices.poles ?? {
    positive: first?.name ?? '',
    negative: second?.name ?? '',
    neutral: neutralName(names.map(({ name }) => name)),
  };
  const header = texts.header ?? headerFor(axis, choices, rowsName);
  const lacks = lacksOf({ ...texts, header }, asking);
  const set = readPromptSet(
    { ...texts, header },
    {
      requireNeutral: !lacks.includes('neutral turns'),
      emptyScenes: lacks.includes('scenes'),
      checkTopics: !asking && problems.total === 0,
    },
    problems,
  );
  const topics = set.topics.length;
  if (problems.total === 0 && topics < LEAST_TOPICS) {
    problems.add(
      `${rowsName} has ${topics} ${topics === 1 ? 'topic' : 'topics'}; at least ${LEAST_TOPICS} are needed, for every topic is read by a probe that never saw it. 24 or more give an interval worth having.`,
      { file: rowsName, field: 'topic' },
    );
  }
  if (problems.total > 0) return { kind: 'problems', ...problems.findings() };
  return asking
    ? { kind: 'needs', poles: names }
    : { kind: 'ready', source: { name: set.name, header, rows: compact(rows) }, set, lacks };
}

/** What none of the rows has that can be read; nothing where none can. */
function lacksOf(texts: SetTexts, asking: boolean): readonly Lack[] {
  const lenient = { requireNeutral: false, emptyScenes: true, checkTopics: false };
  const { rows } = readPromptSet(texts, lenient, new Problems());
  if (rows.length === 0) return [];
  const lacks: Lack[] = rows.every(({ context }) => context === '') ? ['scenes'] : [];
  // While nobody has said which pole is which, the third name may be any.
  return asking || rows.some(({ pole }) => pole === 'neutral') ? lacks : [...lacks, 'neutral turns'];
}

interface ReadTexts extends Omit<SetTexts, 'header'> {
  /** Null where only rows were dropped. */
  readonly header: string | null;
}

/** Sorts the files into header and rows and decodes them; null where that cannot be done. */
function textsOf(files: readonly DroppedFile[], problems: Problems): ReadTexts | null {
  const headers = files.filter(({ name }) => name.toLowerCase().endsWith(HEADER_ENDING));
  const tables = files.filter(({ name }) => ROWS_ENDING.test(name));
  for (const { name } of files) {
    if (!name.toLowerCase().endsWith(HEADER_ENDING) && !ROWS_ENDING.test(name))
      problems.add(`${name} is not a set: rows end in .jsonl or .csv, a header in ${HEADER_ENDING}.`, { file: name });
  }
  if (headers.length > 1 || tables.length > 1)
    problems.add(
      `${[...headers, ...tables].map(({ name }) => name).join(', ')} are more than one set. Import one at a time.`,
      {},
    );
  const [table] = tables;
  const [header] = headers;
  if (table === undefined)
    problems.add(
      header === undefined
        ? 'No rows were dropped. Pick a .jsonl or .csv file.'
        : `${header.name} came without its rows. Drop the .jsonl or .csv file together with it.`,
      header === undefined ? {} : { file: header.name },
    );
  if (table === undefined || problems.total > 0) return null;
  const source = problems.attempt(() => decodeText(table.bytes, table.name));
  const headerSource = header === undefined ? null : problems.attempt(() => decodeText(header.bytes, header.name));
  if (source === undefined || headerSource === undefined) return null;
  const rows = /\.csv$/i.test(table.name) ? linesFromCsv(source, table.name, problems) : source;
  return rows === null
    ? null
    : { headerName: header?.name ?? `${table.name} (header)`, rowsName: table.name, rows, header: headerSource };
}

/** The two or three names that the rows use for the poles; null, with the problems, where there is another number of names. */
function poleNames(texts: ReadTexts, problems: Problems): readonly PoleName[] | null {
  const found = new Map<string, { rows: number; line: number; example: string }>();
  const broken = new Problems();
  for (const { line, row } of broken.attempt(() => setLines({ ...texts, header: '' }, broken.attempt)) ?? []) {
    const [pole, text] = ['pole', 'text'].map((key) => broken.attempt(() => row.required(key))?.value);
    if (typeof pole !== 'string' || pole === '') continue;
    const own = found.get(pole) ?? { rows: 0, line, example: typeof text === 'string' ? text.slice(0, 400) : '' };
    found.set(pole, { ...own, rows: own.rows + 1 });
  }
  if (found.size === 2 || found.size === 3)
    return [...found].map(([name, { rows, example }]) => ({ name, rows, example }));
  broken.passTo(problems);
  if (found.size > 0) {
    const list = [...found]
      .slice(0, 8)
      .map(
        ([name, { rows, line }]) =>
          `${JSON.stringify(name.slice(0, 40))} (${rows} ${rows === 1 ? 'row' : 'rows'}, first on line ${line})`,
      )
      .join(', ');
    const advice =
      found.size < 2
        ? 'Give every topic a turn of each pole, so that there are two names, and for training a neutral one.'
        : 'There must be two or three: a pole, its opposite and perhaps neutral. Correct the names that are misspelt.';
    problems.add(
      `${texts.rowsName} names ${found.size} ${found.size === 1 ? 'pole' : 'poles'}: ${list}${found.size > 8 ? ', …' : ''}. ${advice}`,
      { file: texts.rowsName, field: 'pole' },
    );
  }
  return null;
}

function headerFor(poles: Axis, choices: ImportChoices, rowsName: string): string {
  const header = {
    ...PROMPT_SET_FORMAT,
    name: nameFrom(rowsName),
    poles,
    taps: DEFAULT_READOUTS,
    licence: choices.licence ?? 'not stated',
    about: choices.about ?? `Imported from ${rowsName}.`,
  };
  return `${JSON.stringify(header, null, 1)}\n`;
}

/** The file's name without its ending, in characters that a set's name may hold. */
function nameFrom(file: string): string {
  const plain = file
    .replace(ROWS_ENDING, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return plain.slice(0, 80) || 'my-set';
}

/** Rows without the blank lines that kept a table's line numbers. */
function compact(rows: string): string {
  return rows
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => `${line}\n`)
    .join('');
}
