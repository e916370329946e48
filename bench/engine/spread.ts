/** Numbers of several rounds: middle, quartiles, and how two of them compare round by round. */
import { mean, quantile } from '../../src/stats/stats.ts';

/** What was measured in one round, by name. */
export type Values = Readonly<Record<string, number>>;

/** A median with its quartiles. */
export interface Spread {
  readonly n: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Two measures and their ratio, which is taken within rounds: what slows a whole round cancels out. */
export interface Comparison {
  readonly first: Spread;
  readonly second: Spread;
  readonly ratio: Spread;
}

/** Middle and quartiles of the values. */
export function spreadOf(values: readonly number[]): Spread {
  return { n: values.length, low: quantile(values, 0.25), median: quantile(values, 0.5), high: quantile(values, 0.75) };
}

/** A number with three digits that count, and no more behind the point than they need. */
export function digits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** A spread in words, `median [low, high]`, each as {@link digits}. */
export const spreadText = ({ low, median, high }: Spread, unit: string): string =>
  `${digits(median)}${unit} [${digits(low)}, ${digits(high)}]`;

/**
 * Milliseconds a token, without those of the first tokens. The mean: an engine that reads ahead tells its tokens in bursts,
 * and a median of gaps would then be of whatever lies within a burst.
 */
export function tokenMs(gapsMs: readonly number[], warmUp: number): number {
  return mean(gapsMs.slice(warmUp));
}

/** Compares two measures over the rounds that have both; null where none has. */
export function compare(rounds: readonly Values[], first: string, second: string): Comparison | null {
  const pairs = rounds.flatMap((round) => {
    const [a, b] = [round[first], round[second]];
    return a === undefined || b === undefined || !Number.isFinite(a / b) ? [] : [[a, b] as const];
  });
  if (pairs.length === 0) return null;
  return {
    first: spreadOf(pairs.map(([a]) => a)),
    second: spreadOf(pairs.map(([, b]) => b)),
    ratio: spreadOf(pairs.map(([a, b]) => a / b)),
  };
}

/** The place where two lists of tokens part; null where the shorter one is how the longer one begins. */
export function partingPlace(a: readonly number[], b: readonly number[]): number | null {
  const at = a.findIndex((id, index) => index < b.length && id !== b[index]);
  return at < 0 ? null : at;
}

/** The largest relative difference between two readings of the same texts. */
export function largestDifference(found: readonly number[], truth: readonly number[]): number {
  return Math.max(...truth.map((value, index) => Math.abs((found[index] ?? NaN) - value) / Math.abs(value)));
}
