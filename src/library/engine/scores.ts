/** From what the engine tells to the scores of the library, and back to the trace that the page draws. */
import type { ReadingSink, ReadoutReading, TokenBatch } from '../../reading/reading.ts';
import { tracePoints, type TracePoint } from '../../reading/trace.ts';
import type { ReadoutScore, Score, TokenScore } from './engine-types.ts';

/** A sink that emits scores. `given`: how many tokens of the text are not the model's own. */
export function scoresInto(emit: (score: Score) => void, layer: number, given: number): ReadingSink {
  return {
    tokens: (batch) => tokenScoresOf(batch, layer, given).forEach(emit),
    readout: (readout) => emit(readoutScore(readout, layer)),
  };
}

function tokenScoresOf({ start, pieces, scores, words }: TokenBatch, layer: number, given: number): TokenScore[] {
  const layers = scores.length / pieces.length;
  return pieces.map(({ id, text }, at) => {
    const [from, to] = [at * layers, (at + 1) * layers];
    return {
      kind: 'token',
      index: start + at,
      id,
      text,
      written: start + at >= given,
      score: scores[from + layer] ?? Number.NaN,
      layers: scores.subarray(from, to),
      words: words.subarray(from, to),
    };
  });
}

function readoutScore(
  { afterToken, stand, shown, score, nullLow, nullHigh, poles }: ReadoutReading,
  layer: number,
): ReadoutScore {
  return {
    kind: 'readout',
    afterToken,
    stand,
    scale: shown === null ? 'layer' : 'reading',
    score: shown?.score ?? score[layer] ?? Number.NaN,
    low: shown?.low ?? nullLow[layer] ?? Number.NaN,
    high: shown?.high ?? nullHigh[layer] ?? Number.NaN,
    layers: score,
    lowByLayer: nullLow,
    highByLayer: nullHigh,
    poles,
  };
}

/**
 * The line that the page draws, from the scores of a text in any order: one point a readout, with the range of random
 * directions. Readings are smoothed by what came before, never by what comes after; scores of one layer are not. `from` is
 * the first token that a point colours.
 */
export function traceOf(scores: Iterable<Score>): readonly TracePoint[] {
  const all = [...scores];
  const readouts = all.filter((score) => score.kind === 'readout');
  return tracePoints(
    readouts.map(({ afterToken, stand, scale, score, low, high }) => ({
      afterToken,
      stand,
      shown: scale === 'reading' ? { score, low, high } : null,
      score: Float32Array.of(score),
      nullLow: Float32Array.of(low),
      nullHigh: Float32Array.of(high),
      poles: null,
    })),
    all.reduce((most, score) => Math.max(most, (score.kind === 'token' ? score.index : score.afterToken) + 1), 0),
    null,
    0,
  );
}
