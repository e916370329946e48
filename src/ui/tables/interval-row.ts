/** An estimate as a row of a drawn table. */
export interface IntervalRow {
  readonly key: string;
  readonly label: string;
  /** What stands below the label; may be empty. */
  readonly note: string;
  readonly value: number;
  /** The 95 % interval; null where there are too few units for one. */
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
  /** What a good probe would show, and whether this one does; null where nothing is wanted. */
  readonly wanted: { readonly words: string; readonly verdict: 'as wanted' | 'not as wanted' | 'open' } | null;
}
