/**
 * Control sets: `NAME.set.json` (name, contrasts) beside `NAME.jsonl`, one row a line. They hold texts that differ in one
 * thing only, to show what else a finished probe moves with. No row of a control set may ever enter a fit.
 *
 * Rows are of one kind throughout a set. `{item, cell, context, text}` is read at the control texts after context and text;
 * `{item, cell, system, user, assistant}` is put into the chat template and read at the tokens of `assistant`;
 * `{item, beats: [{text, cell}, …]}` is a story, read at the control texts after every beat. The effect of an item is the mean over
 * a contrast's plus cells minus the mean over its minus cells; a cell's reading is the mean over the beats that carry it.
 */
import type { Effect } from '../../probe/report-types.ts';
import { field, type JsonNode, list, words } from '../../json/json-path.ts';
import { oneOf } from '../../json/json-values.ts';
import { headerText, type RowReader, rowRefusal, setHeader, setLines, type SetFiles } from './set-lines.ts';

const FORMAT = 'flipside-controls';
/** Version 1 had no `share`, and nothing was wanted `above 0.5`. */
const VERSION = 2;
const WANTED = {
  score: ['above zero', 'below zero', 'near zero'],
  auroc: ['near 0.5', 'above 0.5', 'near 1'],
  share: ['near 0.5', 'above 0.5', 'near 1'],
} as const satisfies Record<string, readonly Effect['wanted'][]>;

/** What is compared with what. */
export interface Contrast {
  readonly label: string;
  /** Cells whose mean is taken, and cells whose mean is taken off it. */
  readonly plus: readonly string[];
  readonly minus: readonly string[];
  /** What a probe that reads its axis and nothing else would show. */
  readonly wanted: Effect['wanted'];
  /**
   * `score`: mean over items of plus minus minus, in units of the score; `auroc`: plus readings against minus readings;
   * `share`: how many items have their plus cells above their minus cells.
   */
  readonly measure: 'score' | 'auroc' | 'share';
}

interface RowOrigin {
  readonly item: string;
  /** Its line in the rows file, from 1. */
  readonly line: number;
}

/** A text that is read at the control texts. */
export interface ControlText extends RowOrigin {
  readonly kind: 'text';
  readonly cell: string;
  readonly context: string;
  readonly text: string;
}

/** A turn of a chat that is read at the tokens of its answer. */
export interface ControlChat extends RowOrigin {
  readonly kind: 'chat';
  readonly cell: string;
  readonly system: string;
  readonly user: string;
  readonly assistant: string;
}

/** A story that is read at the control texts after every beat. */
export interface ControlStory extends RowOrigin {
  readonly kind: 'story';
  readonly beats: readonly { readonly text: string; readonly cell: string }[];
}

/** One row; `kind` tells them apart. */
export type ControlRow = ControlText | ControlChat | ControlStory;

/** A validated control set: every item has every cell that a contrast needs. */
export interface ControlSet {
  readonly name: string;
  readonly licence: string;
  readonly about: string;
  /** The kind of all rows. */
  readonly kind: ControlRow['kind'];
  readonly contrasts: readonly Contrast[];
  readonly rows: readonly ControlRow[];
  /** Items in order of first appearance: the unit of every interval. */
  readonly items: readonly string[];
  readonly sha256: string;
}

/**
 * Reads a control set. Throws `set-invalid` (header; names the path), `set-row-invalid` (file, line and field; also for
 * an item that lacks a cell, at its last line).
 */
export function parseControlSet(files: SetFiles): ControlSet {
  const root = setHeader(files, FORMAT, VERSION, false);
  const contrasts = list(field(root, 'contrasts'), 1, 32).map(toContrast);
  contrasts.forEach(({ label }, index) => {
    if (contrasts.findIndex((other) => other.label === label) < index)
      root.refuse(`${root.path}.contrasts[${index}].label repeats "${label}".`);
  });
  const rows = setLines(files).map(({ line, row }) => toRow(row, line));
  const kind = rows[0]?.kind ?? 'text';
  checkRows(rows, kind, files.rowsName);
  const cellsOf = new Map<string, string[]>();
  for (const row of rows) cellsOf.set(row.item, [...(cellsOf.get(row.item) ?? []), ...cellsIn(row)]);
  const known = new Set(rows.flatMap(cellsIn));
  contrasts.forEach(({ plus, minus }, index) => {
    const stranger = [...plus, ...minus].find((cell) => !known.has(cell));
    if (stranger !== undefined)
      root.refuse(
        `${root.path}.contrasts[${index}] names the cell "${stranger}", which no row of ${files.rowsName} has; there are ${[
          ...known,
        ]
          .map((cell) => `"${cell}"`)
          .join(', ')
          .slice(0, 400)}.`,
      );
  });
  const needed = [...new Set(contrasts.flatMap(({ plus, minus }) => [...plus, ...minus]))];
  for (const [item, cells] of cellsOf) {
    const lacking = needed.find((cell) => !cells.includes(cell));
    if (lacking === undefined) continue;
    const line = rows.findLast((row) => row.item === item)?.line ?? 0;
    rowRefusal(
      files.rowsName,
      line,
      'cell',
    )(
      `${files.rowsName} line ${line}: item "${item}" has no "${lacking}", which a contrast needs. Every item needs ${needed.map((cell) => `"${cell}"`).join(', ')}.`,
    );
  }
  return { ...headerText(root), kind, contrasts, rows, items: [...cellsOf.keys()], sha256: files.sha256 };
}

/** The cells of a row, in order; a story has one for each beat. */
export function cellsIn(row: ControlRow): readonly string[] {
  return row.kind === 'story' ? row.beats.map(({ cell }) => cell) : [row.cell];
}

function toContrast(node: JsonNode): Contrast {
  const cells = (key: string): string[] => list(field(node, key), 1, 16).map((cell) => words(cell, 80));
  const [plus, minus] = [cells('plus'), cells('minus')];
  if (new Set([...plus, ...minus]).size < plus.length + minus.length)
    node.refuse(`${node.path} names a cell twice; a cell belongs to plus or to minus, once.`);
  const measure = oneOf(field(node, 'measure'), ['score', 'auroc', 'share']);
  return {
    label: words(field(node, 'label'), 200),
    plus,
    minus,
    wanted: oneOf<Effect['wanted']>(field(node, 'wanted'), WANTED[measure]),
    measure,
  };
}

function toRow({ required, optional }: RowReader, line: number): ControlRow {
  const item = words(required('item'), 200);
  const beats = optional('beats');
  if (beats !== undefined)
    return {
      kind: 'story',
      item,
      beats: list(beats, 2, 64).map((beat) => ({
        text: words(field(beat, 'text'), 2000),
        cell: words(field(beat, 'cell'), 80),
      })),
      line,
    };
  const cell = words(required('cell'), 80);
  const long = (key: string): string => words(required(key), 4000);
  if (optional('assistant') === undefined)
    return { kind: 'text', item, cell, context: long('context'), text: long('text'), line };
  return { kind: 'chat', item, cell, system: long('system'), user: long('user'), assistant: long('assistant'), line };
}

/** One kind of row, and nothing twice: neither a cell of an item (for stories: an item) nor the words of a row. */
function checkRows(rows: readonly ControlRow[], kind: ControlRow['kind'], file: string): void {
  const lineOf = new Map<string, number>();
  const once = (key: string, row: ControlRow, name: string, what: string): void => {
    const earlier = lineOf.get(key);
    if (earlier !== undefined)
      rowRefusal(file, row.line, name)(`${file} line ${row.line}.${name} repeats ${what} of line ${earlier}.`);
    lineOf.set(key, row.line);
  };
  for (const row of rows) {
    if (row.kind !== kind)
      rowRefusal(
        file,
        row.line,
        'item',
      )(
        `${file} line ${row.line} is a ${row.kind} row, but line ${rows[0]?.line ?? 1} is a ${kind} row; a set holds rows of one kind.`,
      );
    if (row.kind === 'story') once(`item ${row.item}`, row, 'item', `the story "${row.item}"`);
    else once(`cell ${JSON.stringify([row.item, row.cell])}`, row, 'cell', `"${row.cell}" of item "${row.item}"`);
    const texts = wordsOf(row);
    once(
      `words ${JSON.stringify(texts)}`,
      row,
      row.kind === 'story' ? 'beats' : 'text',
      `the words ("${texts.at(-1)?.slice(0, 40) ?? ''}…")`,
    );
  }
}

function wordsOf(row: ControlRow): readonly string[] {
  if (row.kind === 'story') return row.beats.map(({ text }) => text);
  return row.kind === 'chat' ? [row.system, row.user, row.assistant] : [row.context, row.text];
}
