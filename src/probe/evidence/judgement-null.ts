/**
 * What shuffled labels reach where a probe that exists is read on another set. Nothing is fitted, so the scores stay and the
 * poles' labels are dealt out anew within every topic: a permutation test with topics as blocks (Good 2005, "Permutation,
 * Parametric and Bootstrap Tests", ch. 3; with one turn of each pole a topic it is the sign-flip test on the topics' gaps).
 * The best of all layers is compared with the best of all layers under the same shuffle (max statistic,
 * Westfall and Young 1993).
 */
import { shuffleWithinTopics } from '../../stats/bootstrap.ts';
import type { JudgementNull } from './judgement-types.ts';
import { midRanks } from '../../stats/mid-ranks.ts';
import { quantile } from '../../stats/stats.ts';

/** Shuffles behind the null of a judgement. */
export const JUDGEMENT_SHUFFLES = 1000;

/**
 * The null of AUROCs. `scores[layer][i]` are the readings of both poles, `labels` (+1, -1) and `topics` (whole numbers) theirs.
 * p = (1 + shuffles that reach it) / (1 + shuffles), for one layer by itself and for the best of all.
 */
export function judgementNull(
  scores: readonly ArrayLike<number>[],
  labels: readonly number[],
  topics: readonly number[],
  shuffles: number,
  seed: number,
): JudgementNull {
  const dealt = [
    labels,
    ...shuffleWithinTopics(
      labels,
      topics,
      labels.map((_, i) => i),
      shuffles,
      seed,
    ),
  ];
  const byLayer = scores.map((own) => aurocsOf(own, dealt));
  const observed = byLayer.map(([auroc = NaN]) => auroc);
  const nulls = byLayer.map((aurocs) => aurocs.subarray(1));
  const best = Float64Array.from({ length: shuffles }, (_, i) =>
    nulls.reduce((high, layer) => Math.max(high, layer[i] ?? NaN), -Infinity),
  );
  const reached = (values: Float64Array, line: number): number =>
    (1 + values.filter((value) => value >= line).length) / (1 + shuffles);
  return {
    shuffles,
    seed,
    ways: waysToDeal(labels, topics),
    auroc95ByLayer: nulls.map((layer) => quantile(layer, 0.95)),
    pByLayer: nulls.map((layer, l) => reached(layer, observed[l] ?? NaN)),
    auroc95: quantile(best, 0.95),
    p: reached(best, Math.max(...observed)),
  };
}

/** AUROC of the same scores under many labelings, by the sum of mid-ranks (Mann and Whitney 1947); ties count half. */
function aurocsOf(scores: ArrayLike<number>, labelings: readonly ArrayLike<number>[]): Float64Array {
  const ranks = midRanks(scores);
  return Float64Array.from(labelings, (labels) => {
    let sum = 0;
    let positives = 0;
    for (let i = 0; i < ranks.length; i += 1) {
      if ((labels[i] ?? 0) < 0) continue;
      sum += ranks[i] ?? NaN;
      positives += 1;
    }
    return (sum - (positives * (positives + 1)) / 2) / (positives * (ranks.length - positives));
  });
}

/** In how many ways the labels can be dealt out within topics: the product of the binomials; Infinity beyond what a number holds. */
function waysToDeal(labels: readonly number[], topics: readonly number[]): number {
  const counts = new Map<number, { all: number; positive: number }>();
  labels.forEach((label, i) => {
    const topic = counts.get(topics[i] ?? 0) ?? { all: 0, positive: 0 };
    counts.set(topics[i] ?? 0, topic);
    topic.all += 1;
    if (label > 0) topic.positive += 1;
  });
  let ways = 1;
  for (const { all, positive } of counts.values())
    for (let k = 1; k <= positive; k += 1) ways = (ways * (all - positive + k)) / k;
  return Math.round(ways);
}
