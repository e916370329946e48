/** What lists of scores show about an axis: paired accuracy, and the shuffled-label null of the best layer. AUROC is in `effect.ts`. */
import { quantile } from '../../stats/stats.ts';

/** Resamples behind every interval. */
export const BOOTSTRAP_DRAWS = 2000;

/**
 * Share of topics whose positive rows score above the negative ones on average; a tie counts half, a topic without both
 * poles not at all.
 */
export function pairedAccuracy(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  topics: ArrayLike<number>,
): number {
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
  const best = Float64Array.from({ length: shuffles }, (_, i) =>
    nulls.reduce((high, layer) => Math.max(high, layer[i] ?? NaN), -Infinity),
  );
  const reached = best.filter((value) => value >= Math.max(...observed)).length;
  return {
    auroc95: quantile(best, 0.95),
    auroc95ByLayer: nulls.map((layer) => quantile(layer, 0.95)),
    p: (1 + reached) / (1 + shuffles),
  };
}
