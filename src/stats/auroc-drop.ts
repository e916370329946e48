/** How far an AUROC falls between two scores of the same rows. Its interval is paired: each resample of topics judges both. */
import { resampledAuroc } from './bootstrap.ts';
import { FEWEST_UNITS, percentileEstimate, withoutInterval } from './effect.ts';
import type { Estimate } from './estimate.ts';
import { auroc, mean } from './stats.ts';

/**
 * Mean AUROC over `before` less mean AUROC over `after`, with its 95 % interval over topics. Every list of scores has one
 * number for each of `labels` (+1 or -1) and `topics` (any whole numbers). Below six topics there is no interval.
 */
export function aurocDrop(
  before: readonly ArrayLike<number>[],
  after: readonly ArrayLike<number>[],
  labels: readonly number[],
  topics: readonly number[],
  draws: number,
  seed: number,
): Estimate {
  const gap = (of: (scores: ArrayLike<number>) => number): number => mean(before.map(of)) - mean(after.map(of));
  const value = gap((scores) => auroc(scores, labels));
  const numbers = new Map([...new Set(topics)].sort((a, b) => a - b).map((topic, i) => [topic, i]));
  const n = numbers.size;
  if (n < FEWEST_UNITS) return withoutInterval(value, n, 'topics');
  const numbered = topics.map((topic) => numbers.get(topic) ?? 0);
  const resampled = (list: readonly ArrayLike<number>[]): number[][] =>
    list.map((scores) => resampledAuroc(scores, labels, numbered, n, draws, seed));
  const [first, second] = [resampled(before), resampled(after)];
  const at = (lists: readonly (readonly number[])[], draw: number): number =>
    mean(lists.map((list) => list[draw] ?? NaN));
  const drops = (first[0] ?? []).map((_, draw) => at(first, draw) - at(second, draw));
  return percentileEstimate(value, drops, n);
}
