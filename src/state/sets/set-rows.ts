/** The rows of a set while they are edited: text as it stands, right or wrong, so that nothing typed is ever refused. */
import type { Axis } from '../../probe/probe-types.ts';
import { recordIn, textOf } from '../../probe/sets/set-header.ts';
import { SET_POLES, type SetRow } from '../../probe/sets/set-rows.ts';
import type { SetSource } from '../../probe/training-plan.ts';

/** One turn in the table. */
export interface DraftRow {
  /** Tells rows apart while they change. */
  readonly key: number;
  readonly topic: string;
  /** The pole as the set names it. */
  readonly pole: string;
  readonly context: string;
  readonly text: string;
  /** Other fields of the line (style, template, split), kept as they are. */
  readonly rest: Readonly<Record<string, unknown>>;
}

/** The turns of one topic, in the order of the file. */
export interface TopicGroup {
  readonly topic: string;
  readonly rows: readonly DraftRow[];
}

/** The header under another name. */
export function renamedHeader(header: string, name: string): string {
  return `${JSON.stringify({ ...recordIn(header), name }, null, 1)}\n`;
}

/** Rows of a file that has been validated; what is no object is left out. */
export function draftRows(lines: string): DraftRow[] {
  return lines.split(/\r?\n/).flatMap((line, key) => {
    if (line.trim() === '') return [];
    const { topic, pole, context, text, ...rest } = recordIn(line);
    return [{ key, topic: textOf(topic), pole: textOf(pole), context: textOf(context), text: textOf(text), rest }];
  });
}

/** The turns of a file's rows by their poles; a row whose pole is none of the axis is left out. */
export function setRows(lines: string, axis: Axis): SetRow[] {
  return draftRows(lines).flatMap(({ topic, pole: named, context, text, rest }) => {
    const pole = SET_POLES.find((own) => axis[own] === named);
    return pole === undefined
      ? []
      : [{ topic, pole, context, text, ...(typeof rest['style'] === 'string' ? { style: rest['style'] } : {}) }];
  });
}

/** Rows as the lines of a file. */
export function linesOf(rows: readonly DraftRow[]): string {
  return rows
    .map(({ topic, pole, context, text, rest }) => `${JSON.stringify({ topic, pole, context, text, ...rest })}\n`)
    .join('');
}

/** A set's files from its rows. */
export function sourceOf(name: string, header: string, rows: readonly DraftRow[]): SetSource {
  return { name, header, rows: linesOf(rows) };
}

/** Rows by topic, topics in order of first appearance. */
export function groupByTopic(rows: readonly DraftRow[]): TopicGroup[] {
  const groups = new Map<string, DraftRow[]>();
  for (const row of rows) groups.set(row.topic, [...(groups.get(row.topic) ?? []), row]);
  return [...groups].map(([topic, own]) => ({ topic, rows: own }));
}
