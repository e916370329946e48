/**
 * Sums of products behind the lexical regression: one matrix holds all that ridge regression and its error on other
 * stories need, so that the tokens are passed through once, whatever the number of layers, folds and penalties.
 */
import { gramOf } from '../../stats/linear/linalg.ts';

/** One text, token by token. */
export interface LexicalText {
  /** Layer-0 residual of every token `[tokens, hidden]`, position 0 included. */
  readonly embeddings: Float32Array;
  /** Scores by layer `[layers][tokens]`; position 0 is not read. */
  readonly scores: readonly ArrayLike<number>[];
}

/**
 * The Gram matrix `[size, size]` of the rows [embedding of the token, embedding of the one before, scores of all layers, 1],
 * one row a token from position 1 on: at its corner lies the number of tokens, along its last row the sums.
 */
export interface LexicalMoments {
  readonly gram: Float64Array;
  readonly size: number;
  /** Width of the two embeddings together. */
  readonly width: number;
}

/** Moments of no token. */
export function noMoments(hidden: number, layers: number): LexicalMoments {
  const size = 2 * hidden + layers + 1;
  return { gram: new Float64Array(size * size), size, width: 2 * hidden };
}

/** The moments of one text. At position 1 the token before is the sink, which is no word: its half of the row is 0. */
export function lexicalMoments({ embeddings, scores }: LexicalText, hidden: number): LexicalMoments {
  const size = 2 * hidden + scores.length + 1;
  const rows = Math.max(0, embeddings.length / hidden - 1);
  const columns = new Float64Array(size * rows);
  for (let row = 0; row < rows; row += 1) {
    const own = (row + 1) * hidden;
    for (let f = 0; f < hidden; f += 1) {
      columns[f * rows + row] = embeddings[own + f] ?? NaN;
      if (row > 0) columns[(hidden + f) * rows + row] = embeddings[own - hidden + f] ?? NaN;
    }
    scores.forEach((values, layer) => (columns[(2 * hidden + layer) * rows + row] = values[row + 1] ?? NaN));
    columns[(size - 1) * rows + row] = 1;
  }
  return { gram: gramOf(columns, size, rows), size, width: 2 * hidden };
}

/** Adds (`sign` 1) or takes away (`sign` -1) the moments of `other`, in place. */
export function addMoments({ gram }: LexicalMoments, { gram: other }: LexicalMoments, sign: 1 | -1): void {
  for (let i = 0; i < gram.length; i += 1) gram[i] = (gram[i] ?? 0) + sign * (other[i] ?? 0);
}
