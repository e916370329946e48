/** Turns residuals into scores with one probe, and draws its null band. Built once per probe; used for every pass. */
import { lexicalScores } from '../core/lexical.ts';
import { drawNullDirections, nullBand } from '../core/null-band.ts';
import type { Probe } from '../core/probe-types.ts';
import type { TapReading, TokenBatch } from '../core/reading.ts';
import { meanReading, tapScore, tokenScores } from '../core/score.ts';

/** What a text run needs of a probe. */
export interface Scorer {
  /** Neutral sentences to read at. */
  readonly taps: readonly string[];
  /**
   * Scores of a pass's residuals `[layers, tokens, hidden]` and the words' part of them, both `[tokens, layers]`; NaN at
   * position 0. `before` is the embedding (layer-0 residual) of the token before the pass, null for the first pass.
   */
  tokens(residuals: Float32Array, tokens: number, firstPosition: number, before: Float32Array | null): Pick<TokenBatch, 'scores' | 'words'>;
  /** The reading of one place from the mean residual of each tap `[layers, hidden]` there. */
  tap(means: readonly Float32Array[], tokensBefore: number): Omit<TapReading, 'afterToken'>;
}

/** Makes the scorer of a probe; draws its random directions once. */
export function createScorer(probe: Probe): Scorer {
  const drawn = drawNullDirections(probe.nullModel, probe.model.layerCount + 1);
  return {
    taps: probe.taps,
    tokens: (residuals, tokens, firstPosition, before) => ({
      scores: tokenScores(probe, residuals, tokens, firstPosition),
      words: lexicalScores(probe.lexical, residuals.subarray(0, tokens * probe.model.hidden), before, firstPosition),
    }),
    tap: (means, tokensBefore) => {
      const mean = meanReading(means); // scores are linear: the score of the mean is the mean of the scores
      const { low, high } = nullBand(drawn, mean, tokensBefore);
      return { score: tapScore(probe, mean), nullLow: low, nullHigh: high };
    },
  };
}

/** Scores nothing: for writing without a probe. */
export const noScorer: Scorer = {
  taps: [],
  tokens: () => ({ scores: new Float32Array(0), words: new Float32Array(0) }),
  tap: () => ({ score: new Float32Array(0), nullLow: new Float32Array(0), nullHigh: new Float32Array(0) }),
};
