/**
 * The three ways to read one probe. `difference`: positive against negative, what the probe is chosen and judged by.
 * `positive` and `negative`: that pole from neutral, by a direction of its own. Both poles may leave neutral in nearly
 * the same way; a difference alone would hide it.
 */
/** The two poles of an axis and the neutral origin that both are measured from. */
export interface Axis {
  readonly positive: string;
  readonly negative: string;
  readonly neutral: string;
}

/** A pole of an axis. */
export type Pole = 'positive' | 'negative';

/** A way to read. */
export type Head = 'difference' | Pole;

/** In the order in which they are offered. */
export const HEADS: readonly Head[] = ['difference', 'positive', 'negative'];

/** Whether a text from outside names a way of reading. */
export function isHead(value: unknown): value is Head {
  return HEADS.some((head) => head === value);
}

/** Both poles, for whatever is done for each. */
export const POLES: readonly Pole[] = ['positive', 'negative'];

/** One of something for each pole. */
export type ByPole<T> = Readonly<Record<Pole, T>>;

/** The same made for each pole. */
export function byPole<T>(make: (pole: Pole) => T): ByPole<T> {
  return { positive: make('positive'), negative: make('negative') };
}

/** The end of the scale at which a pole lies: a negative pole reads below zero in its own head too, so down always means the same. */
export function signOf(pole: Pole): 1 | -1 {
  return pole === 'positive' ? 1 : -1;
}

/** The other pole. */
export function opposite(pole: Pole): Pole {
  return pole === 'positive' ? 'negative' : 'positive';
}

/** What a way of reading is called, e.g. `kind against cruel`, `kind from neutral`. */
export function headName(head: Head, axis: Axis): string {
  return head === 'difference' ? `${axis.positive} against ${axis.negative}` : `${axis[head]} from ${axis.neutral}`;
}

/**
 * What lies at each end of the scale. Of a pole's own reading one end is the pole; the other is only less of it than
 * neutral, which is not the opposite pole.
 */
export function endsOf(head: Head, axis: Axis): ByPole<string> {
  return byPole((end) =>
    head === 'difference' || head === end ? axis[end] : `less ${axis[head]} than ${axis.neutral}`,
  );
}
