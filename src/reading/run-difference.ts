/** What two aligned readings may be said to differ by. Always the second minus the first, in the unit of the score. */
import type { Column } from '../text/align.ts';
import type { DtypeAgreement } from '../probe/dtype-agreement.ts';
import { baseOf } from '../models/model-dtype.ts';
import { seriesMean } from '../stats/series-mean.ts';
import type { SeriesMean } from '../stats/series-mean.ts';

/** What a run was read with. */
export interface ReadWith {
  readonly model: string;
  readonly weightsSha256: string;
  readonly probe: string;
  readonly probeSha256: string;
  /** How far the probe agrees with the model, where it was made on another variant of it. */
  readonly carriedOver?: DtypeAgreement;
}

/** Why two runs may not be subtracted: two models, two variants of one with a probe each, or two probes. */
export type RunObstacle = 'model' | 'variants' | 'probe';

/**
 * Why the numbers of two runs are on different scales; null where they are not. One probe has one scale on two variants of its
 * model where it was carried over to one or both, which a run says that was read so; two probes have two wherever they were made.
 */
export function obstacle(a: ReadWith, b: ReadWith): RunObstacle | null {
  const oneProbe = a.probeSha256 === b.probeSha256;
  if (a.weightsSha256 === b.weightsSha256) return oneProbe ? null : 'probe';
  if (oneProbe) return a.carriedOver === undefined && b.carriedOver === undefined ? 'model' : null;
  return a.model !== b.model && baseOf({ id: a.model }) === baseOf({ id: b.model }) ? 'variants' : 'model';
}

/** By column the value of the second less that of the first; NaN where the tokens are not the same or one has no value. */
export function columnDifference(columns: readonly Column[], a: ArrayLike<number>, b: ArrayLike<number>): Float32Array {
  return Float32Array.from(columns, (column) =>
    column.same ? (b[column.b ?? -1] ?? Number.NaN) - (a[column.a ?? -1] ?? Number.NaN) : Number.NaN,
  );
}

/** Readouts of both runs after the same sentence end, by place in their lists, with the column of that end. */
export interface ReadoutPair {
  readonly a: number;
  readonly b: number;
  readonly column: number;
}

/** Pairs the readouts that stand after the same token in both runs. */
export function readoutPairs(
  columns: readonly Column[],
  a: readonly { readonly afterToken: number }[],
  b: readonly { readonly afterToken: number }[],
): ReadoutPair[] {
  const indexA = new Map(a.map((readout, index) => [readout.afterToken, index]));
  const indexB = new Map(b.map((readout, index) => [readout.afterToken, index]));
  return columns.flatMap((column, at) => {
    const [first, second] = [indexA.get(column.a ?? -1), indexB.get(column.b ?? -1)];
    return column.same && first !== undefined && second !== undefined ? [{ a: first, b: second, column: at }] : [];
  });
}

/** The difference over shared tokens. */
export interface SharedDifference {
  /** Over the shared tokens that count: see {@link sharedDifference}. */
  readonly mean: SeriesMean;
  /** Shared tokens with a value before the runs part, left out of `mean` because they read alike; 0 where none was left out. */
  readonly opening: number;
}

/** Recordings hold two decimals: values that differ by no more may have been equal. */
const ROUNDING = 0.0101;

const SEED = 1;

/**
 * Mean of a difference by column (single tokens, not their running mean, which would count each ten times). The opening
 * that both runs share is left out where it reads alike throughout: a model that reads the same words gives the same
 * numbers, so it would only pull the mean towards zero. Where it differs, because the runs were made in different ways,
 * it counts.
 */
export function sharedDifference(difference: ArrayLike<number>, parting: number | null): SharedDifference {
  const all = Array.from(difference);
  const opening = parting === null ? [] : all.slice(0, parting).filter(Number.isFinite);
  const rest = parting === null ? all : all.slice(parting);
  const leaveOut =
    opening.length > 0 && opening.every((value) => Math.abs(value) <= ROUNDING) && rest.some(Number.isFinite);
  return { mean: seriesMean(leaveOut ? rest : all, SEED), opening: leaveOut ? opening.length : 0 };
}

/** Mean of a value over the tokens of each sentence; `ends` are the sentences' last tokens. NaN where a sentence has no value. */
export function sentenceMeans(ends: readonly number[], values: ArrayLike<number>): Float32Array {
  return Float32Array.from(ends, (end, index) => {
    let sum = 0;
    let n = 0;
    for (let token = (ends[index - 1] ?? -1) + 1; token <= end; token += 1) {
      const value = values[token] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      sum += value;
      n += 1;
    }
    return sum / n;
  });
}
