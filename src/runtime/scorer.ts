/** Turns residuals into scores with one probe, and draws its null band. Built once per probe; used for every pass. */
import { drawNullDirections, nullBand } from '../core/null-band.ts';
import type { Probe } from '../core/probe-types.ts';
import type { TapReading } from '../core/reading.ts';
import { meanReading, tapScore, tokenScores } from '../core/score.ts';

/** What a text run needs of a probe. */
export interface Scorer {
  /** Neutral sentences to read at. */
  readonly taps: readonly string[];
  /** Scores `[tokens, layers]` of a pass's residuals `[layers, tokens, hidden]`; NaN at position 0. */
  tokens(residuals: Float32Array, tokens: number, firstPosition: number): Float32Array;
  /** The reading of one place from the mean residual of each tap `[layers, hidden]` there. */
  tap(means: readonly Float32Array[], tokensBefore: number): Omit<TapReading, 'afterToken'>;
}

/** Makes the scorer of a probe; draws its random directions once. */
export function createScorer(probe: Probe): Scorer {
  const drawn = drawNullDirections(probe.nullModel, probe.model.layerCount + 1);
  return {
    taps: probe.taps,
    tokens: (residuals, tokens, firstPosition) => tokenScores(probe, residuals, tokens, firstPosition),
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
  tokens: () => new Float32Array(0),
  tap: () => ({ score: new Float32Array(0), nullLow: new Float32Array(0), nullHigh: new Float32Array(0) }),
};
