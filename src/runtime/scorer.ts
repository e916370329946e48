/** Turns residuals into scores with one probe, and draws its null band. Built once per probe; used for every pass. */
import { byPole } from '../core/heads.ts';
import { lexicalScores } from '../core/lexical.ts';
import { drawNullDirections, nullBand } from '../core/null-band.ts';
import type { PoleHead, Probe } from '../core/probe-types.ts';
import type { TapReading, TokenBatch, TokenScores } from '../core/reading.ts';
import { meanReading, tapScore, tokenScores } from '../core/score.ts';

/** What a text run needs of a probe. */
export interface Scorer {
  /** Neutral sentences to read at. */
  readonly taps: readonly string[];
  /**
   * Scores of a pass's residuals `[layers, tokens, hidden]` and the words' part of them, both `[tokens, layers]`; NaN at
   * position 0; the same for each pole from neutral where the probe has them. `before` is the embedding (layer-0 residual)
   * of the token before the pass, null for the first pass.
   */
  tokens(residuals: Float32Array, tokens: number, firstPosition: number, before: Float32Array | null): Pick<TokenBatch, 'scores' | 'words' | 'poles'>;
  /** The reading of one place from the mean residual of each tap `[layers, hidden]` there. */
  tap(means: readonly Float32Array[], tokensBefore: number): Omit<TapReading, 'afterToken'>;
}

/** Makes the scorer of a probe; draws its random directions once. */
export function createScorer(probe: Probe): Scorer {
  const drawn = drawNullDirections(probe.nullModel, probe.model.layerCount + 1);
  const { model, poles } = probe;
  const scored = (head: Omit<PoleHead, 'evidence' | 'alarm'>, residuals: Float32Array, tokens: number, firstPosition: number, before: Float32Array | null): TokenScores => ({
    scores: tokenScores({ ...head, model }, residuals, tokens, firstPosition),
    words: lexicalScores(head.lexical, residuals.subarray(0, tokens * model.hidden), before, firstPosition),
  });
  return {
    taps: probe.taps,
    tokens: (...pass) => ({ ...scored(probe, ...pass), poles: poles === null ? null : byPole((pole) => scored(poles[pole], ...pass)) }),
    tap: (means, tokensBefore) => {
      const mean = meanReading(means); // scores are linear: the score of the mean is the mean of the scores
      const { low, high } = nullBand(drawn, mean, tokensBefore);
      return { score: tapScore(probe, mean), nullLow: low, nullHigh: high, poles: poles === null ? null : byPole((pole) => tapScore({ ...poles[pole], model }, mean)) };
    },
  };
}

/** Scores nothing: for writing without a probe. */
export const noScorer: Scorer = {
  taps: [],
  tokens: () => ({ scores: new Float32Array(0), words: new Float32Array(0), poles: null }),
  tap: () => ({ score: new Float32Array(0), nullLow: new Float32Array(0), nullHigh: new Float32Array(0), poles: null }),
};
