/** What a list of scores shows about an axis: AUROC with its interval, paired accuracy, and the shuffled-label null. */
import { aurocInterval } from './bootstrap.ts';
import { labelOf, type RowInfo } from './rows.ts';
import { auroc, quantile } from './stats.ts';

/** Evidence at one layer. */
export interface LayerEvidence {
  readonly auroc: number;
  readonly aurocLow: number;
  readonly aurocHigh: number;
  readonly pairs: number;
}

/** Resamples behind every interval. */
export const BOOTSTRAP_DRAWS = 2000;

/** AUROC over the rows of both poles, its 95 % interval over topics, and paired accuracy. `scores` belong to the rows of `info`. */
export function layerEvidence(scores: ArrayLike<number>, info: readonly RowInfo[], topicCount: number, seed: number): LayerEvidence {
  const labels = info.map((row) => labelOf(row.role));
  const topics = info.map((row) => row.topic);
  const interval = aurocInterval(scores, labels, topics, topicCount, BOOTSTRAP_DRAWS, seed);
  return { auroc: auroc(scores, labels), aurocLow: interval.low, aurocHigh: interval.high, pairs: pairedAccuracy(scores, labels, topics) };
}

/** Share of topics whose positive rows score above the negative ones on average; a tie counts half, a topic without both poles not at all. */
export function pairedAccuracy(scores: ArrayLike<number>, labels: ArrayLike<number>, topics: ArrayLike<number>): number {
  const sums = new Map<number, { positive: number; positives: number; negative: number; negatives: number }>();
  for (let i = 0; i < scores.length; i += 1) {
    const label = labels[i] ?? 0;
    if (label === 0) continue;
    const topic = topics[i] ?? 0;
    const sum = sums.get(topic) ?? { positive: 0, positives: 0, negative: 0, negatives: 0 };
    sums.set(topic, sum);
    if (label > 0) {
      sum.positive += scores[i] ?? NaN;
      sum.positives += 1;
    } else {
      sum.negative += scores[i] ?? NaN;
      sum.negatives += 1;
    }
  }
  let right = 0;
  let pairs = 0;
  for (const { positive, positives, negative, negatives } of sums.values()) {
    if (positives === 0 || negatives === 0) continue;
    const gap = positive / positives - negative / negatives;
    pairs += 1;
    if (gap > 0) right += 1;
    else if (gap === 0) right += 0.5;
  }
  return right / pairs;
}

/** The shuffled-label null over layers. */
export interface NullEvidence {
  /** 95th percentile of the largest AUROC over layers: what the best layer of a meaningless probe reaches. */
  readonly auroc95: number;
  /** 95th percentile at each single layer. */
  readonly auroc95ByLayer: readonly number[];
  /** (1 + shuffles whose best layer reaches the probe's best) / (1 + shuffles). */
  readonly p: number;
}

/** Summarises the AUROC of every shuffle at every layer, `nulls[layer][shuffle]`, against the probe's own `observed[layer]`. */
export function nullEvidence(nulls: readonly ArrayLike<number>[], observed: readonly number[]): NullEvidence {
  const shuffles = nulls[0]?.length ?? 0;
  const best = Float64Array.from({ length: shuffles }, (_, i) => nulls.reduce((high, layer) => Math.max(high, layer[i] ?? NaN), -Infinity));
  const reached = best.filter((value) => value >= Math.max(...observed)).length;
  return { auroc95: quantile(best, 0.95), auroc95ByLayer: nulls.map((layer) => quantile(layer, 0.95)), p: (1 + reached) / (1 + shuffles) };
}
