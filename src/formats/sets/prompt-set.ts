/**
 * Prompt sets: `NAME.set.json` (name, poles, control texts) beside `NAME.jsonl`, one turn a line. Topics are the unit of
 * held-out testing, so each must hold as many turns of one pole as of the other.
 *
 * Version 0 had neither `format` nor `version`; its fields are those of version 1.
 */
import { AppError } from '../../base/errors.ts';
import type { Axis } from '../../probe/probe-types.ts';
import { shown } from '../../base/shown.ts';
import { field, has, type JsonNode, list, words } from '../../json/json-path.ts';
import {
  headerText,
  type RowReader,
  rowRefusal,
  setHeader,
  setLines,
  type SetFiles,
  type SetTexts,
} from './set-lines.ts';
import { type Findings, Problems } from './set-problems.ts';

/** `format` and `version` of a prompt set's header. */
export const PROMPT_SET_FORMAT = { format: 'flipside-prompt-set', version: 1 } as const;
const MAX_READOUTS = 16;

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

/** What training needs and judging does not. */
export interface PromptSetOptions {
  /** A neutral turn in every topic. */
  readonly requireNeutral: boolean;
  /** Rows may come without a scene, as those of most public sets do; their `context` is then empty. */
  readonly emptyScenes?: boolean;
}

/** A set with everything that is wrong with it; `set` is null where anything is. */
export interface CheckedPromptSet extends Findings {
  readonly set: Omit<PromptSet, 'sha256'> | null;
}

/**
 * Reads a prompt set. Throws `set-invalid` (header; names the path), `set-row-invalid` (file, line and field) or
 * `set-topic-incomplete` (topic and pole).
 */
export function parsePromptSet(files: SetFiles, options: PromptSetOptions): PromptSet {
  const problems = new Problems();
  const set = readPromptSet(files, { ...options, checkTopics: true }, problems);
  if (problems.first !== undefined) throw problems.first;
  return { ...set, sha256: files.sha256 };
}

/** Reads a prompt set without throwing; every refusal of {@link parsePromptSet} that applies is a problem. */
export function checkPromptSet(files: SetTexts, options: PromptSetOptions): CheckedPromptSet {
  const problems = new Problems();
  const set = readPromptSet(files, { ...options, checkTopics: true }, problems);
  return { set: problems.total === 0 ? set : null, ...problems.findings() };
}

/** The set as far as it can be read, what is wrong put into `problems`; without `checkTopics` topics may lack turns. */
export function readPromptSet(
  files: SetTexts,
  options: PromptSetOptions & { readonly checkTopics: boolean },
  problems: Problems,
): Omit<PromptSet, 'sha256'> {
  const { attempt } = problems;
  const head = attempt(() => readHeader(files));
  // Without the names of the poles every row would be to blame.
  if (head === undefined)
    return {
      name: '',
      licence: '',
      about: '',
      taps: [],
      axis: { positive: '', negative: '', neutral: '' },
      rows: [],
      topics: [],
    };
  const before = problems.total;
  const lines = attempt(() => setLines(files, attempt)) ?? [];
  // A row whose topic cannot be read may be the turn that another topic lacks.
  let everyTopicKnown = problems.total === before;
  const tally = new Map<string, Tally>();
  const rows: PromptRow[] = [];
  for (const { line, row } of lines) {
    if (!row.isObject) {
      attempt(() => row.required('pole'));
      everyTopicKnown = false;
      continue;
    }
    const pole = attempt(() => toPole(row.required('pole'), head.axis));
    const topic = attempt(() => words(row.required('topic'), 200));
    const context = attempt(() => toContext(row, files.rowsName, line, options.emptyScenes === true));
    const text = attempt(() => words(row.required('text'), 4000));
    const labels = attempt(() => ({ ...(head.style === undefined ? {} : { style: head.style }), ...toLabels(row) }));
    if (topic === undefined) everyTopicKnown = false;
    else count(tally, topic, pole);
    if (
      pole !== undefined &&
      topic !== undefined &&
      context !== undefined &&
      text !== undefined &&
      labels !== undefined
    )
      rows.push({ topic, pole, context, text, ...labels, line });
  }
  checkDuplicates(rows, files.rowsName, problems);
  if (options.checkTopics && everyTopicKnown) checkTopics(tally, head.axis, options, files.rowsName, problems);
  const { style: _, ...named } = head;
  return { ...named, rows, topics: [...tally.keys()] };
}

/** The header; `style` is that of every row that names none. */
function readHeader(
  files: SetTexts,
): Pick<PromptSet, 'name' | 'licence' | 'about' | 'axis' | 'taps'> & { readonly style?: string } {
  const root = setHeader(files, PROMPT_SET_FORMAT.format, PROMPT_SET_FORMAT.version, true);
  const poles = field(root, 'poles');
  const axis = {
    positive: words(field(poles, 'positive'), 80),
    negative: words(field(poles, 'negative'), 80),
    neutral: words(field(poles, 'neutral'), 80),
  };
  if (new Set(Object.values(axis)).size < 3) root.refuse(`${poles.path} must name three different poles.`);
  const readoutTexts = list(field(root, 'taps'), 1, MAX_READOUTS).map((node) => words(node, 400));
  if (new Set(readoutTexts).size < readoutTexts.length) root.refuse(`${root.path}.taps holds a sentence twice.`);
  return {
    ...headerText(root),
    axis,
    taps: readoutTexts,
    ...(has(root, 'style') ? { style: words(field(root, 'style'), 200) } : {}),
  };
}

function toPole(named: JsonNode, axis: Axis): Pole {
  const pole = (['positive', 'negative', 'neutral'] as const).find((key) => axis[key] === named.value);
  return (
    pole ??
    named.refuse(
      `${named.path} must be one of ${Object.values(axis)
        .map((name) => JSON.stringify(name))
        .join(', ')}, got ${shown(named.value)}.`,
    )
  );
}

/** The scene. A set written elsewhere may have none; the message says what belongs there. */
function toContext({ optional }: RowReader, file: string, line: number, mayLack: boolean): string {
  const context = optional('context');
  if (context !== undefined && context.value !== '') return words(context, 4000);
  if (mayLack) return '';
  const what = context === undefined ? 'missing' : 'empty';
  return rowRefusal(
    file,
    line,
    'context',
  )(
    `${file} line ${line}.context is ${what}. Put the scene there, a sentence that is the same for every pole of the topic.`,
  );
}

/** The optional labels of a row. */
function toLabels({ optional }: RowReader): Pick<PromptRow, 'template' | 'style' | 'split'> {
  const out: { template?: string; style?: string; split?: string } = {};
  for (const key of ['template', 'style', 'split'] as const) {
    const node = optional(key);
    if (node !== undefined) out[key] = words(node, 200);
  }
  return out;
}

function checkDuplicates(rows: readonly PromptRow[], file: string, { attempt }: Problems): void {
  const seen = new Map<string, PromptRow>();
  for (const row of rows) {
    const key = `${row.context}\n${row.text}`;
    const earlier = seen.get(key);
    if (earlier !== undefined)
      attempt(() =>
        rowRefusal(
          file,
          row.line,
          'text',
        )(`${file} line ${row.line}.text repeats line ${earlier.line} ("${row.text.slice(0, 40)}…").`),
      );
    else seen.set(key, row);
  }
}

/** Turns of a topic by pole; `unread` are those whose pole could not be told. */
type Tally = Record<Pole | 'unread', number>;

function count(tally: Map<string, Tally>, topic: string, pole: Pole | undefined): void {
  const own = tally.get(topic) ?? { positive: 0, negative: 0, neutral: 0, unread: 0 };
  own[pole ?? 'unread'] += 1;
  tally.set(topic, own);
}

function checkTopics(
  tally: ReadonlyMap<string, Tally>,
  axis: Axis,
  options: PromptSetOptions,
  file: string,
  { attempt }: Problems,
): void {
  const needed: readonly Pole[] = options.requireNeutral
    ? ['positive', 'negative', 'neutral']
    : ['positive', 'negative'];
  const topics = [...tally].filter(([, own]) => own.unread === 0);
  const nowhere =
    topics.length === tally.size && topics.length > 1
      ? needed.filter((pole) => topics.every(([, own]) => own[pole] === 0))
      : [];
  for (const pole of nowhere) {
    attempt(() => {
      throw new AppError(
        'set-topic-incomplete',
        `${file} has no "${axis[pole]}" turn in any of its ${topics.length} topics. Every topic needs one; if the pole goes by another name, correct the names.`,
        { file, topic: '', pole: axis[pole] },
      );
    });
  }
  for (const [topic, own] of topics)
    attempt(() =>
      checkTopic(
        topic,
        own,
        axis,
        needed.filter((pole) => !nowhere.includes(pole)),
        file,
      ),
    );
}

function checkTopic(topic: string, own: Tally, axis: Axis, needed: readonly Pole[], file: string): void {
  const lacks = (pole: Pole, advice: string): never => {
    throw new AppError('set-topic-incomplete', `Topic "${topic}" in ${file} ${advice}`, {
      file,
      topic,
      pole: axis[pole],
    });
  };
  for (const pole of needed)
    if (own[pole] === 0) lacks(pole, `has no "${axis[pole]}" turn. Add one, or remove the topic.`);
  if (needed.includes('positive') && needed.includes('negative') && own.positive !== own.negative) {
    const fewer = own.positive < own.negative ? 'positive' : 'negative';
    lacks(
      fewer,
      `has ${own.positive} "${axis.positive}" and ${own.negative} "${axis.negative}" turns. Both poles need the same number, or a topic gives away the label.`,
    );
  }
}
