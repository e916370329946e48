/**
 * Readouts of a training set: one row for every text and control text, at every layer. A row is the mean residual over the
 * tokens of a neutral sentence that was put after a text; its words are the same after every text. A *reading* is the
 * mean of a text's rows.
 */

/**
 * What a row was read after. `setting`: the scene alone, before anybody acts; `beat`: a long neutral story so far;
 * `zero`: a text in which something else than the axis differs (luck, mood) and which a hardened probe is to read as 0.
 */
export type RowRole = 'positive' | 'negative' | 'neutral' | 'setting' | 'beat' | 'zero';

/** Where a row comes from. */
export interface RowInfo {
  readonly role: RowRole;
  /** The topic it is held out with; topics of the axis come first, 0 to topicCount - 1, those of zero sets after; -1 for stories. */
  readonly topic: number;
  /** The neutral story it belongs to, 0 to storyCount - 1; -1 for rows of topics. */
  readonly story: number;
  /** Which set it comes from, sets of the axis first; -1 for stories. */
  readonly set: number;
  /** The pole that its own set gives it: +1, -1 or 0; what `zero` rows are told apart by. */
  readonly side: -1 | 0 | 1;
  readonly style?: string;
  /** The text it was read after: rows with the same number differ by the control text alone. */
  readonly turn: number;
  /** Beats read so far, for rows of stories (0: the setting alone); -1 for rows of topics. */
  readonly beats: number;
  /** Index of the control text. */
  readonly readout: number;
  /** Tokens of text before the control text. */
  readonly tokensBefore: number;
}

/** All rows with their readings. */
export interface ReadoutRows {
  readonly info: readonly RowInfo[];
  readonly hidden: number;
  /** Topics of the axis. */
  readonly topicCount: number;
  readonly storyCount: number;
  /** Readings by layer 0 to L, each `[rows, hidden]`. */
  readonly residuals: readonly Float32Array[];
  /** Mean residual over the tokens of what was done, by turn, for the turns of both poles `[layers, hidden]`. */
  readonly own: ReadonlyMap<number, Float32Array>;
  /** The same at layer 0 alone, the mean embedding of its words, for every turn `[hidden]`. */
  readonly embeddings: ReadonlyMap<number, Float32Array>;
}

/** The target of a row: +1 and -1 for the poles of the axis, 0 for everything else. */
export function labelOf(role: RowRole): -1 | 0 | 1 {
  if (role === 'positive') return 1;
  return role === 'negative' ? -1 : 0;
}

/** Whether zero is defined by rows of this role. */
function definesZero(role: RowRole): role is 'setting' | 'neutral' | 'beat' {
  return role === 'setting' || role === 'neutral' || role === 'beat';
}

/**
 * Weights over the neutral rows, summing to 1 (all others weigh 0). Settings, neutral turns and story beats
 * each weigh the same as a group, however many rows they have: short and long texts then pin zero alike, and a set
 * with many stories does not drown the rest. Throws `RangeError` where no row is neutral.
 */
export function neutralWeights(info: readonly RowInfo[]): Float64Array {
  const groups = { setting: 0, neutral: 0, beat: 0 };
  for (const { role } of info) if (definesZero(role)) groups[role] += 1;
  const present = Object.values(groups).filter((count) => count > 0).length;
  if (present === 0) throw new RangeError('no row is neutral, so zero is undefined');
  return Float64Array.from(info, ({ role }) => (definesZero(role) ? 1 / (present * groups[role]) : 0));
}

/** The text readings among some rows: which rows to average, with the metadata that they share. */
export interface TurnRows {
  readonly info: RowInfo;
  /** Indices of its rows, one a control text. */
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

/** The mean over control texts of a number known for every row: one value a text, in the order of `turns`. */
export function meanByTurn(values: ArrayLike<number>, turns: readonly TurnRows[]): Float64Array {
  return Float64Array.from(turns, ({ rows }) => rows.reduce((sum, row) => sum + (values[row] ?? NaN), 0) / rows.length);
}

/** The readings `[turns, hidden]` of one layer: each text's rows averaged, in float64. */
export function readingsOf(residuals: Float32Array, hidden: number, turns: readonly TurnRows[]): Float32Array {
  const out = new Float32Array(turns.length * hidden);
  turns.forEach(({ rows }, i) => {
    for (let f = 0; f < hidden; f += 1) {
      let sum = 0;
      for (const row of rows) sum += residuals[row * hidden + f] ?? NaN;
      out[i * hidden + f] = sum / rows.length;
    }
  });
  return out;
}
