/** The turns of a prompt set as its checks need them. */

/** The poles in the order in which they are shown. */
export const SET_POLES = ['positive', 'negative', 'neutral'] as const;
export type SetPole = (typeof SET_POLES)[number];

/** One turn: the fields of a prompt set's row that its checks look at. */
export interface SetRow {
  readonly topic: string;
  readonly pole: SetPole;
  /** The scene, which every pole of a topic should share. */
  readonly context: string;
  /** What somebody does in it. */
  readonly text: string;
  readonly style?: string;
}

/** A number for each pole, e.g. a share; null where the pole has no turns. */
export type ByPole<T> = Readonly<Record<SetPole, T>>;

/** `of` applied to the turns of every pole. */
export function byPole<T>(rows: readonly SetRow[], of: (rows: readonly SetRow[]) => T): ByPole<T> {
  const part = (pole: SetPole): T => of(rows.filter((row) => row.pole === pole));
  return { positive: part('positive'), negative: part('negative'), neutral: part('neutral') };
}

/** Turns that differ by what is done alone: same topic, context and style. */
export function scenesOf(rows: readonly SetRow[]): (readonly SetRow[])[] {
  return groupBy(rows, (row) => JSON.stringify([row.topic, row.context, row.style ?? null]));
}

/** Rows with the same key, groups and rows in order of first appearance. */
export function groupBy(rows: readonly SetRow[], key: (row: SetRow) => string): SetRow[][] {
  const groups = new Map<string, SetRow[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group === undefined) groups.set(key(row), [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** Turns of both poles as labelled data: +1 and -1, topics numbered in order of first appearance. */
export function labelledTurns(
  rows: readonly SetRow[],
): { readonly text: string; readonly label: 1 | -1; readonly topic: number }[] {
  const numbers = new Map([...new Set(rows.map((row) => row.topic))].map((topic, i) => [topic, i]));
  return rows.flatMap((row) =>
    row.pole === 'neutral'
      ? []
      : [
          {
            text: row.text,
            label: row.pole === 'positive' ? (1 as const) : (-1 as const),
            topic: numbers.get(row.topic) ?? 0,
          },
        ],
  );
}
