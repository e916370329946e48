/** What every statistic gives: a value with its interval. */

/** An estimate; `low` and `high` are its 95 % interval, null where the clusters are too few for one (see `note`). */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** How many independent units are behind it: topics, items or stories. */
  readonly n: number;
  /** What stands between this number and a claim, e.g. "too few topics for an interval". */
  readonly note?: string;
}

/** A value with its interval where it has one, e.g. `0.82 [0.76, 0.88]`; `write` writes one number. */
export function withInterval(
  { value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>,
  write: (value: number) => string,
): string {
  return `${write(value)}${low === null || high === null ? '' : ` [${write(low)}, ${write(high)}]`}`;
}
