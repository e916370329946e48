/**
 * Tap readings of a training set: one row for every text and tap, at every layer. A row is the mean residual over the
 * tokens of a neutral sentence that was put after a text; its words are the same after every text.
 */

/** What a row was read after. `setting`: the scene alone, before anybody acts; `beat`: a long neutral story so far. */
export type RowRole = 'positive' | 'negative' | 'neutral' | 'setting' | 'beat';

/** Where a row comes from. */
export interface RowInfo {
  readonly role: RowRole;
  /** The topic it is held out with, 0 to topicCount - 1; -1 for rows of neutral stories. */
  readonly topic: number;
  /** The neutral story it belongs to, 0 to storyCount - 1; -1 for rows of topics. */
  readonly story: number;
  /** The text it was read after: rows with the same number differ by the tap alone. */
  readonly turn: number;
  /** Beats read so far, for rows of stories (0: the setting alone); -1 for rows of topics. */
  readonly beats: number;
  /** Index of the tap. */
  readonly tap: number;
  /** Tokens of text before the tap. */
  readonly tokensBefore: number;
}

/** All rows with their readings. */
export interface TapRows {
  readonly info: readonly RowInfo[];
  readonly hidden: number;
  readonly topicCount: number;
  readonly storyCount: number;
  /** Readings by layer 0 to L, each `[rows, hidden]`. */
  readonly residuals: readonly Float32Array[];
}

/** The target of a row: +1 and -1 for the poles, 0 for everything neutral. */
export function labelOf(role: RowRole): -1 | 0 | 1 {
  if (role === 'positive') return 1;
  return role === 'negative' ? -1 : 0;
}

/** The targets of all rows `[rows]`. */
export function labelsOf(rows: TapRows): Int8Array {
  return Int8Array.from(rows.info, (row) => labelOf(row.role));
}

/**
 * Weights over the zero-labelled rows, summing to 1 (rows of a pole weigh 0). Settings, neutral turns and story beats
 * each weigh the same as a group, however many rows they have: short and long texts then pin zero alike, and a set
 * with many stories does not drown the rest. Throws `RangeError` where no row is zero-labelled.
 */
export function neutralWeights(info: readonly RowInfo[]): Float64Array {
  const groups = { setting: 0, neutral: 0, beat: 0 };
  for (const row of info) if (row.role === 'setting' || row.role === 'neutral' || row.role === 'beat') groups[row.role] += 1;
  const present = Object.values(groups).filter((count) => count > 0).length;
  if (present === 0) throw new RangeError('no row is neutral, so zero is undefined');
  return Float64Array.from(info, (row) => (row.role === 'setting' || row.role === 'neutral' || row.role === 'beat' ? 1 / (present * groups[row.role]) : 0));
}

/** The text readings among some rows: which rows to average, with the metadata that they share. */
export interface TurnRows {
  readonly info: RowInfo;
  /** Indices of its rows, one a tap. */
  readonly rows: readonly number[];
}

/** Groups the rows that `include` accepts by the text they were read after, in order of first appearance. */
export function turnsOf(info: readonly RowInfo[], include: (row: RowInfo) => boolean): TurnRows[] {
  const turns = new Map<number, { info: RowInfo; rows: number[] }>();
  info.forEach((row, i) => {
    if (!include(row)) return;
    const known = turns.get(row.turn);
    if (known === undefined) turns.set(row.turn, { info: row, rows: [i] });
    else known.rows.push(i);
  });
  return [...turns.values()];
}

/** The mean over taps of a number known for every row: one value a text, in the order of `turns`. */
export function meanByTurn(values: ArrayLike<number>, turns: readonly TurnRows[]): Float64Array {
  return Float64Array.from(turns, ({ rows }) => rows.reduce((sum, row) => sum + (values[row] ?? NaN), 0) / rows.length);
}
