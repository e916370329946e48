/**
 * How far the next words of two runs are apart, token by token, and what may be said of it. Always both ways round: KL
 * is not symmetric.
 */
import type { Column } from '../text/align.ts';
import type { SeriesMean } from '../stats/series-mean.ts';
import { seriesMean } from '../stats/series-mean.ts';
import { quantile } from '../stats/stats.ts';

/** The same token in two texts, by its index in each. */
export interface TokenPair {
  readonly a: number;
  readonly b: number;
}

/** Divergence of the distributions of the next token after each pair, in nats `[pairs]`. */
export interface TokenDivergence {
  /** KL(A ‖ B): what A's own next words cost where B is believed, over what they cost by A. */
  readonly ab: Float32Array;
  /** KL(B ‖ A). */
  readonly ba: Float32Array;
}

/** What a whole run comes to. */
export interface DivergenceSummary {
  /** Over the pairs that count: see {@link summariseDivergence}. */
  readonly ab: DirectedDivergence;
  readonly ba: DirectedDivergence;
  /** Pairs at the beginning that are left out because both ways are alike there. */
  readonly opening: number;
  /** The first pair whose next words differ; null where none do. */
  readonly first: number | null;
}

/** One way round. */
export interface DirectedDivergence {
  readonly mean: SeriesMean;
  /** 95th percentile over the same pairs, in nats; NaN where there are none. */
  readonly high: number;
}

/** In nats. Below it, two distributions are taken for equal: another size of pass moves them by less than a tenth of it. */
export const EQUAL_NATS = 1e-5;

const SEED = 1;
const HIGH = 0.95;

/** The columns that hold the same token in both: what follows another token differs for that reason alone. */
export function sharedPairs(columns: readonly Column[]): TokenPair[] {
  return columns.flatMap(({ a, b, same }) => (same && a !== null && b !== null ? [{ a, b }] : []));
}

/** The divergence by column; NaN where the tokens are not the same. `values` `[pairs]` are those of {@link sharedPairs}. */
export function divergenceByColumn(columns: readonly Column[], values: ArrayLike<number>): Float32Array {
  let pair = 0;
  return Float32Array.from(columns, ({ same }) => (same ? (values[pair++] ?? Number.NaN) : Number.NaN));
}

/** The column of the first pair whose next words differ; null where none do. */
export function firstApart(columns: readonly Column[], { first }: Pick<DivergenceSummary, 'first'>): number | null {
  if (first === null) return null;
  let pair = -1;
  return columns.findIndex(({ same }) => same && (pair += 1) === first);
}

/**
 * Means with intervals and 95th percentiles. The beginning, where both distributions are equal because nothing differs
 * yet, is left out unless there is nothing else: it would only pull the mean towards zero.
 */
export function summariseDivergence({ ab, ba }: TokenDivergence): DivergenceSummary {
  const found = ab.findIndex((value, pair) => value > EQUAL_NATS || (ba[pair] ?? 0) > EQUAL_NATS);
  const opening = Math.max(0, found);
  const directed = (values: Float32Array): DirectedDivergence => {
    const counted = values.subarray(opening);
    return { mean: seriesMean(counted, SEED), high: quantile(counted, HIGH) };
  };
  return { ab: directed(ab), ba: directed(ba), opening, first: found < 0 ? null : found };
}
