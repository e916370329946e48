/**
 * What is reported of logits: the likeliest words, how sure they are, and where words that one asks for stand. Of a row of
 * 49,152 logits a few numbers remain.
 */
import { expBelow } from '../stats/exp-below.ts';

/** What is asked of every row. */
export interface LensAsk {
  /** How many of the likeliest words. */
  readonly top: number;
  /** Ids of words whose rank and probability are wanted in every row. */
  readonly words: readonly number[];
  /** By row one more word, e.g. the one that comes next in the text; −1 for none. Null where no row has one. */
  readonly next: Int32Array | null;
}

/** Answers, row by row. Arrays belong to the caller. */
export interface LensRows {
  /** The likeliest words `[rows, top]`, likeliest first; among equals the earlier in the vocabulary. */
  readonly ids: Uint32Array;
  /** Their log probabilities `[rows, top]`, natural logarithm. */
  readonly logProbabilities: Float32Array;
  /** Entropy of the whole distribution `[rows]`, in nats. */
  readonly entropy: Float32Array;
  /**
   * Rank of each word that was asked for, and of the row's next word behind them `[rows, words + 1]`: 1 is the
   * likeliest; 0 where there is no next word.
   */
  readonly ranks: Uint32Array;
  /** Their log probabilities `[rows, words + 1]`; NaN where there is no next word. */
  readonly askedLogProbabilities: Float32Array;
}

/** Room for so many rows. */
export function emptyRows(rows: number, { top, words }: Pick<LensAsk, 'top' | 'words'>): LensRows {
  const asked = words.length + 1;
  return {
    ids: new Uint32Array(rows * top),
    logProbabilities: new Float32Array(rows * top),
    entropy: new Float32Array(rows),
    ranks: new Uint32Array(rows * asked),
    askedLogProbabilities: new Float32Array(rows * asked).fill(NaN),
  };
}

/**
 * Reduces logits `[rows, vocabulary]` into `into`, from its row `firstRow` on: log-softmax over the whole vocabulary, summed
 * in float64. `ask.next` counts rows as `into` does. `ask.top` is at most the vocabulary.
 */
export function reduceLogits(
  logits: Float32Array,
  vocabulary: number,
  ask: LensAsk,
  into: LensRows,
  firstRow: number,
): void {
  const rows = logits.length / vocabulary;
  const ids = new Int32Array(ask.top);
  const asked = ask.words.length + 1;
  for (let row = 0; row < rows; row += 1) {
    const values = logits.subarray(row * vocabulary, (row + 1) * vocabulary);
    const at = firstRow + row;
    likeliest(values, ids);
    const best = values[ids[0] ?? 0] ?? NaN;
    // Sum of e^d and of d·e^d for d = logit − best: entropy is ln(sum) − (sum of d·e^d)/sum.
    let sum = 0;
    let weighted = 0;
    for (let id = 0; id < vocabulary; id += 1) {
      const below = (values[id] ?? NaN) - best;
      const weight = expBelow(below);
      sum += weight;
      weighted += below * weight;
    }
    const logSum = Math.log(sum);
    into.entropy[at] = logSum - weighted / sum;
    for (let place = 0; place < ask.top; place += 1) {
      const id = ids[place] ?? 0;
      into.ids[at * ask.top + place] = id;
      into.logProbabilities[at * ask.top + place] = (values[id] ?? NaN) - best - logSum;
    }
    for (let word = 0; word < asked; word += 1) {
      const id = word < ask.words.length ? (ask.words[word] ?? -1) : (ask.next?.[at] ?? -1);
      if (id < 0) continue;
      into.ranks[at * asked + word] = rankOf(values, id);
      into.askedLogProbabilities[at * asked + word] = (values[id] ?? NaN) - best - logSum;
    }
  }
}

/** The ids of the largest values, largest first, as many as `ids` holds; among equals the smaller id. */
export function likeliest(values: Float32Array, ids: Int32Array): void {
  const count = ids.length;
  let held = 0;
  let least = -Infinity;
  for (let id = 0; id < values.length; id += 1) {
    const value = values[id] ?? NaN;
    // A later one that is only as large as the last that is held comes behind it.
    if (held === count && !(value > least)) continue;
    let place = held === count ? count - 1 : held;
    while (place > 0 && value > (values[ids[place - 1] ?? 0] ?? NaN)) {
      ids[place] = ids[place - 1] ?? 0;
      place -= 1;
    }
    ids[place] = id;
    if (held < count) held += 1;
    if (held === count) least = values[ids[count - 1] ?? 0] ?? NaN;
  }
}

/** How many come before it, itself included; among equals the smaller id comes first. */
function rankOf(values: Float32Array, id: number): number {
  const own = values[id] ?? NaN;
  let rank = 1;
  for (let other = 0; other < id; other += 1) if ((values[other] ?? NaN) >= own) rank += 1;
  for (let other = id + 1; other < values.length; other += 1) if ((values[other] ?? NaN) > own) rank += 1;
  return rank;
}
