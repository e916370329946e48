/**
 * Uncertainty by topic: turns of one topic resemble each other, so intervals resample whole topics (cluster bootstrap)
 * and the null shuffles labels only within a topic. Resampling rows would give intervals that are far too narrow.
 */
import { lowerShare } from './few-clusters.ts';
import { productTransposed, transpose } from './linear/linalg.ts';
import { createRng } from '../base/rng.ts';
import { quantileOfSorted, winsAmong } from './stats.ts';

/** An estimate with its 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * 95 % percentile interval, expanded where topics are few, of the pooled AUROC over `draws` resamples of the topics.
 * `topics` names each row's topic
 * (0 to topicCount - 1), `labels` its pole (+1, -1; others are left out). Resamples that lack a pole are not counted.
 */
export function aurocInterval(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  topics: ArrayLike<number>,
  topicCount: number,
  draws: number,
  seed: number,
): Interval {
  const sorted = Float64Array.from(resampledAuroc(scores, labels, topics, topicCount, draws, seed)).sort();
  const share = lowerShare(topicCount);
  return { low: quantileOfSorted(sorted, share), high: quantileOfSorted(sorted, 1 - share) };
}

/**
 * The pooled AUROC of each of `draws` resamples of the topics, without those that lack a pole. Equal labels, topics, draws
 * and seed give the same resamples in the same order, whatever the scores: so two scores of the same rows can be compared.
 */
export function resampledAuroc(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  topics: ArrayLike<number>,
  topicCount: number,
  draws: number,
  seed: number,
): number[] {
  const positive: number[][] = Array.from({ length: topicCount }, () => []);
  const negative: number[][] = Array.from({ length: topicCount }, () => []);
  for (let i = 0; i < scores.length; i += 1) {
    const label = labels[i] ?? 0;
    if (label !== 0) (label > 0 ? positive : negative)[topics[i] ?? 0]?.push(scores[i] ?? NaN);
  }
  // AUROC of a resample is a quadratic form in how often each topic was drawn: count the wins between topics once.
  const above = positive.map((list) => Float64Array.from(list));
  const sortedBelow = negative.map((list) => Float64Array.from(list).sort());
  const wins = new Float64Array(topicCount * topicCount);
  above.forEach((a, i) => sortedBelow.forEach((b, j) => (wins[i * topicCount + j] = winsAmong(a, b))));

  // won = c'Wc for all resamples c at once: one product with W, then a dot product each.
  const counts = resampleCounts(topicCount, draws, seed);
  const half = productTransposed(counts, draws, transpose(wins, topicCount, topicCount), topicCount, topicCount);
  const found: number[] = [];
  for (let draw = 0; draw < draws; draw += 1) {
    let won = 0;
    let positives = 0;
    let negatives = 0;
    for (let i = 0; i < topicCount; i += 1) {
      const count = counts[draw * topicCount + i] ?? 0;
      won += count * (half[draw * topicCount + i] ?? 0);
      positives += count * (above[i]?.length ?? 0);
      negatives += count * (sortedBelow[i]?.length ?? 0);
    }
    if (positives > 0 && negatives > 0) found.push(won / (positives * negatives));
  }
  return found;
}

let lastCounts: { readonly key: string; readonly counts: Float64Array } | undefined;

/** How often each topic is drawn in each resample `[draws, topics]`. The last answer is kept: a curve asks for the same at every layer. */
function resampleCounts(topicCount: number, draws: number, seed: number): Float64Array {
  const key = `${topicCount} ${draws} ${seed}`;
  if (lastCounts?.key === key) return lastCounts.counts;
  const rng = createRng(seed);
  const counts = new Float64Array(draws * topicCount);
  for (let draw = 0; draw < draws; draw += 1) {
    for (let i = 0; i < topicCount; i += 1) {
      const at = draw * topicCount + rng.below(topicCount);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  lastCounts = { key, counts };
  return counts;
}

/**
 * `count` label lists in which the poles of a topic's turns have been dealt out anew. Rows of one turn (its control texts) keep
 * one label; a label of 0 stays 0. `turns` names each row's turn, `topics` its topic; both are any whole numbers.
 */
export function shuffleWithinTopics(
  labels: ArrayLike<number>,
  topics: ArrayLike<number>,
  turns: ArrayLike<number>,
  count: number,
  seed: number,
): Int8Array[] {
  const turnLabel = new Map<number, number>();
  const topicTurns = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i += 1) {
    const label = labels[i] ?? 0;
    const turn = turns[i] ?? 0;
    if (label === 0 || turnLabel.has(turn)) continue;
    turnLabel.set(turn, label);
    const topic = topics[i] ?? 0;
    topicTurns.set(topic, [...(topicTurns.get(topic) ?? []), turn]);
  }
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const dealt = new Map<number, number>();
    for (const members of topicTurns.values()) {
      const hand = rng.shuffle(members.map((turn) => turnLabel.get(turn) ?? 0));
      members.forEach((turn, i) => dealt.set(turn, hand[i] ?? 0));
    }
    return Int8Array.from({ length: labels.length }, (_, i) =>
      (labels[i] ?? 0) === 0 ? 0 : (dealt.get(turns[i] ?? 0) ?? 0),
    );
  });
}
