/**
 * What the words alone give away: multinomial naive Bayes with counts + 1/2 (Lewis 1998; McCallum and Nigam 1998;
 * Lidstone smoothing), every topic left out in turn. A probe that does not beat this may be reading words.
 *
 * Score of a turn = sum over its words of log((c+ + 1/2)/(n+ + v/2)) - log((c- + 1/2)/(n- + v/2)), where c are the
 * word's counts in the other topics' turns of each pole, n all their words, v the words known there. Words unknown there
 * are passed over; the poles weigh the same however many turns they have.
 */
import { shuffleWithinTopics } from '../../stats/bootstrap.ts';
import { clusterAuroc } from '../../stats/effect.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { auroc, quantile } from '../../stats/stats.ts';
import { wordsOf } from '../../text/words.ts';

/** One turn of a pole. */
export interface LabelledTurn {
  readonly text: string;
  /** +1 positive, -1 negative. */
  readonly label: 1 | -1;
  /** Any whole number. */
  readonly topic: number;
}

/** The baseline with its null. */
export interface BagOfWords {
  readonly auroc: Estimate;
  /** 2.5 % and 97.5 % points of AUROC with labels dealt anew within topics. */
  readonly nullLow: number;
  readonly nullHigh: number;
  readonly flips: number;
  /** Log-odds of the positive pole by turn, from the other topics. */
  readonly scores: readonly number[];
}

/** The baseline over `turns`, with `flips` label flips; null where it has nothing to learn from: one topic, or one pole. */
export function bagOfWords(
  turns: readonly LabelledTurn[],
  options: { readonly draws: number; readonly flips: number; readonly seed: number },
): BagOfWords | null {
  const labels = turns.map((turn) => turn.label);
  const topics = turns.map((turn) => turn.topic);
  if (new Set(topics).size < 2 || new Set(labels).size < 2) return null;
  const score = leaveOneTopicOut(turns);
  const scores = score(labels);
  const shuffles = shuffleWithinTopics(
    labels,
    topics,
    turns.map((_, i) => i),
    options.flips,
    options.seed,
  );
  const nulls = shuffles.map((shuffled) => auroc(score(shuffled), shuffled));
  return {
    auroc: clusterAuroc(scores, labels, topics, options.draws, options.seed),
    nullLow: quantile(nulls, 0.025),
    nullHigh: quantile(nulls, 0.975),
    flips: options.flips,
    scores: Array.from(scores),
  };
}

/** A function from labels to held-out scores. Only counts depend on the labels, so texts are cut into words once. */
function leaveOneTopicOut(turns: readonly LabelledTurn[]): (labels: ArrayLike<number>) => Float64Array {
  const index = new Map<string, number>();
  const words = turns.map((turn) =>
    Int32Array.from(wordsOf(turn.text), (word) => {
      const known = index.get(word) ?? index.size;
      index.set(word, known);
      return known;
    }),
  );
  const folds = new Map<number, number[]>();
  turns.forEach((turn, i) => folds.set(turn.topic, [...(folds.get(turn.topic) ?? []), i]));
  const all = words.reduce((sum, list) => sum + list.length, 0);
  const logOf = Float64Array.from({ length: all + 1 }, (_, count) => Math.log(count + HALF));
  const counts = { positive: new Int32Array(index.size), negative: new Int32Array(index.size) };

  return (labels) => {
    counts.positive.fill(0);
    counts.negative.fill(0);
    const sizes = { positive: 0, negative: 0, known: 0 };
    /** Puts a turn's words into its pole's counts, or takes them out. */
    const move = (turn: number, by: 1 | -1): void => {
      const pole = (labels[turn] ?? 0) > 0 ? 'positive' : 'negative';
      const own = counts[pole];
      const other = counts[pole === 'positive' ? 'negative' : 'positive'];
      for (const word of words[turn] ?? []) {
        const count = (own[word] ?? 0) + by;
        own[word] = count;
        // A word that only this topic uses is unknown while the topic is out.
        if ((other[word] ?? 0) === 0 && (by === -1 ? count === 0 : count === 1)) sizes.known += by;
      }
      sizes[pole] += by * (words[turn]?.length ?? 0);
    };
    turns.forEach((_, turn) => move(turn, 1));
    const scores = new Float64Array(turns.length);
    for (const members of folds.values()) {
      for (const turn of members) move(turn, -1);
      const perWord = Math.log(sizes.negative + HALF * sizes.known) - Math.log(sizes.positive + HALF * sizes.known);
      for (const turn of members) {
        let sum = 0;
        for (const word of words[turn] ?? []) {
          const positive = counts.positive[word] ?? 0;
          const negative = counts.negative[word] ?? 0;
          if (positive + negative > 0) sum += (logOf[positive] ?? NaN) - (logOf[negative] ?? NaN) + perWord;
        }
        scores[turn] = sum;
      }
      for (const turn of members) move(turn, 1);
    }
    return scores;
  };
}

/** Added to every count. */
const HALF = 0.5;
