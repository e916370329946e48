/** What may be said of how far the next words of two runs are apart. */
import { BLOCK_DRAWS } from '../stats/block-bootstrap.ts';
import { FEWEST_OF_SERIES } from '../stats/series-mean.ts';
import type { DirectedDivergence, DivergenceSummary } from '../reading/token-divergence.ts';
import { count, plural } from './numbers.ts';

/** A divergence in nats, e.g. `0.52`, `0.0031`, `12.4`. */
export function nats(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  return value >= 10 ? value.toFixed(1) : String(Number(value.toPrecision(value < 0.001 ? 1 : 2)));
}

/** Both ways round in plain words, with interval, n and what two equal runs would give. */
export function divergenceSentences({ ab, ba, opening, first }: DivergenceSummary): readonly string[] {
  const { n } = ab.mean;
  if (n === 0) return ['No token is shared, so there is nothing to compare the next words after.'];
  if (first === null)
    return [
      `After each of ${plural(n, 'shared token')} the next words of A and B are equally likely: KL is 0 both ways, as two equal runs have it.`,
    ];
  return [
    `After ${plural(n, 'shared token')} the next words differ by a KL(A ‖ B) of ${directed(ab)}, and the other way round by a KL(B ‖ A) of ${directed(ba)}.`,
    `Two equal runs have 0 throughout.${opening === 0 ? '' : ` The ${plural(opening, 'shared token')} before have it too and are not counted.`}`,
  ];
}

function directed({ mean: { mean, interval, block }, high }: DirectedDivergence): string {
  const sure =
    interval === null
      ? `fewer than ${FEWEST_OF_SERIES} tokens, too few for an interval`
      : `95 % interval ${nats(Math.max(0, interval.low))} to ${nats(interval.high)}, blocks of ${plural(block, 'token')}`;
  return `${nats(mean)} nats on average (${sure}; 95th percentile ${nats(high)})`;
}

/** Why nothing can be measured, and the one thing to do. */
export const DIVERGENCE_OBSTACLE = {
  unlike: 'The two share too little: KL is measured after tokens that both have.',
  models:
    'The two were read by different models. KL compares next words of one vocabulary: choose two runs of one model.',
  'other-model':
    'The two were read by another model than the one that is loaded, so their next words cannot be computed here. Choose two runs of this model.',
  'no-model': 'A recording holds scores, not next words: the model has to read both texts again.',
  busy: 'The model is at work. Wait until it has finished, or stop it.',
} as const;

/** "How is this computed?" One paragraph an item. */
export const DIVERGENCE_EXPLAINED: readonly string[] = [
  'The model reads both texts again, each steered as its run was. After every token that both share, the probabilities of all words that may come next are compared: KL(A ‖ B) = Σ p(A) (log p(A) − log p(B)), in nats. It is what A’s next word surprises whoever believes B beyond what it surprises whoever knows A. It is not symmetric, so both ways round are told.',
  'Tokens that only one of them has are left out: what follows another word differs for that reason alone. A difference in what came before goes on having its effect, so neighbouring tokens resemble each other.',
  `The mean leaves out the beginning where both are still equal. Its interval is that of a moving-block bootstrap (${count(BLOCK_DRAWS)} resamples of blocks of neighbours).`,
];
