/** Turns residuals into scores with one probe, and draws its null band. Built once per probe; used for every pass. */
import { byPole } from '../core/heads.ts';
import { lexicalScores } from '../core/lexical.ts';
import { drawNullDirections, nullBand } from '../core/null-band.ts';
import type { PoleHead, Probe } from '../core/probe-types.ts';
import type { Stand, TapReading, TokenBatch, TokenScores } from '../core/reading.ts';
import { meanReading, tapScore, tokenScores, type StreamProducts } from '../core/score.ts';

/** What a text run needs of a probe. */
export interface Scorer {
  /** Neutral sentences to read at. */
  readonly taps: readonly string[];
  /** Directions `[layers, hidden]` whose products with the stream {@link tokens} takes: the probe's, then those of its poles. */
  readonly directions: readonly Float32Array[];
  /**
   * Scores of a pass's tokens and the words' part of them, both `[tokens, layers]`; NaN at position 0; the same for each
   * pole from neutral where the probe has them. `before` is the embedding (layer-0 residual) of the token before the pass,
   * null for the first pass.
   */
  tokens(products: StreamProducts, firstPosition: number, before: Float32Array | null): Pick<TokenBatch, 'scores' | 'words' | 'poles'>;
  /** The reading of one place from the mean residual of each tap `[layers, hidden]` there. */
  tap(means: readonly Float32Array[], tokensBefore: number, stand: Stand): Omit<TapReading, 'afterToken'>;
}

/** Makes the scorer of a probe; draws its random directions once. */
export function createScorer(probe: Probe): Scorer {
  const drawn = drawNullDirections(probe.nullModel, probe.model.layerCount + 1);
  const { model, poles } = probe;
  const heads = [probe, ...(poles === null ? [] : [poles.positive, poles.negative])];
  const scored = ({ along, embeddings }: StreamProducts, head: Omit<PoleHead, 'evidence' | 'alarm'>, firstPosition: number, before: Float32Array | null): TokenScores => ({
    scores: tokenScores(head, along[heads.findIndex(({ directions }) => directions === head.directions)] ?? [], firstPosition),
    words: lexicalScores(head.lexical, embeddings, before, firstPosition),
  });
  return {
    taps: probe.taps,
    directions: heads.map(({ directions }) => directions),
    tokens: (products, ...where) => ({ ...scored(products, probe, ...where), poles: poles === null ? null : byPole((pole) => scored(products, poles[pole], ...where)) }),
    tap: (means, tokensBefore, stand) => {
      const mean = meanReading(means); // scores are linear: the score of the mean is the mean of the scores
      const { low, high } = nullBand(drawn, mean, tokensBefore);
      return { stand, shown: null, score: tapScore(probe, mean), nullLow: low, nullHigh: high, poles: poles === null ? null : byPole((pole) => tapScore({ ...poles[pole], model }, mean)) };
    },
  };
}

/** Scores nothing: for writing without a probe. */
export const noScorer: Scorer = {
  taps: [],
  directions: [],
  tokens: () => ({ scores: new Float32Array(0), words: new Float32Array(0), poles: null }),
  tap: (_means, _tokensBefore, stand) => ({ stand, shown: null, score: new Float32Array(0), nullLow: new Float32Array(0), nullHigh: new Float32Array(0), poles: null }),
};
