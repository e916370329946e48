/** Turns residuals into scores with one probe, and draws its null band. Built once per probe; used for every pass. */
import { byPole } from '../probe/heads.ts';
import { lexicalScores } from '../reading/lexical.ts';
import { drawNullDirections, nullBand } from '../probe/fit/null-band.ts';
import type { PoleHead, Probe } from '../probe/probe-types.ts';
import type { Stand, ReadoutReading, TokenBatch, TokenScores } from '../reading/reading.ts';
import { meanReading, readoutScore, tokenScores, type StreamProducts } from '../reading/score.ts';
import { drawTrace, endReading, traceScores } from '../reading/trace-score.ts';
import type { TraceReadout } from '../probe/trace-types.ts';

/** What is read at a place of a text. */
export interface Readout {
  /** Neutral texts that are branched off there, each by itself; none where the probe has no numbers for such a place. */
  readonly texts: readonly string[];
  /** Whether the stream of the text's own token after which is read has a part in it. */
  readonly own: boolean;
}

/** What a text run needs of a probe. */
export interface Scorer {
  /** What is read at each kind of place. */
  readonly readouts: Readonly<Record<Stand, Readout>>;
  /** Directions `[layers, hidden]` whose products with the stream {@link tokens} takes: the probe's, then those of its poles. */
  readonly directions: readonly Float32Array[];
  /**
   * Scores of a pass's tokens and the words' part of them, both `[tokens, layers]`; NaN at position 0; the same for each
   * pole from neutral where the probe has them. `before` is the embedding (layer-0 residual) of the token before the pass,
   * null for the first pass.
   */
  tokens(
    products: StreamProducts,
    firstPosition: number,
    before: Float32Array | null,
  ): Pick<TokenBatch, 'scores' | 'words' | 'poles'>;
  /**
   * The reading of one place from the mean residual of each of its texts `[layers, hidden]`; `own` is that of the text's own
   * token before them, null where {@link Readout.own} says no.
   */
  readout(
    means: readonly Float32Array[],
    tokensBefore: number,
    stand: Stand,
    own: Float32Array | null,
  ): Omit<ReadoutReading, 'afterToken'>;
}

/** Nothing is read. */
const NOTHING: Readout = { texts: [], own: false };

/** Makes the scorer of a probe; draws its random directions once. */
export function createScorer(probe: Probe): Scorer {
  const { poles } = probe;
  const heads = [probe, ...(poles === null ? [] : [poles.positive, poles.negative])];
  const scored = (
    { along, embeddings }: StreamProducts,
    head: Omit<PoleHead, 'evidence' | 'alarm'>,
    firstPosition: number,
    before: Float32Array | null,
  ): TokenScores => ({
    scores: tokenScores(
      head,
      along[heads.findIndex(({ directions }) => directions === head.directions)] ?? [],
      firstPosition,
    ),
    words: lexicalScores(head.lexical, embeddings, before, firstPosition),
  });
  return {
    directions: heads.map(({ directions }) => directions),
    tokens: (products, ...where) => ({
      ...scored(products, probe, ...where),
      poles: poles === null ? null : byPole((pole) => scored(products, poles[pole], ...where)),
    }),
    ...(probe.trace === null ? readoutsOf(probe) : traceOf(probe.trace)),
  };
}

/** Readings at the control texts of a probe, at sentence ends alone. */
function readoutsOf(probe: Probe): Pick<Scorer, 'readouts' | 'readout'> {
  const { model, poles } = probe;
  const drawn = drawNullDirections(probe.nullModel, model.layerCount + 1);
  return {
    readouts: { sentence: { texts: probe.taps, own: false }, clause: NOTHING, word: NOTHING },
    readout: (means, tokensBefore, stand) => {
      const mean = meanReading(means); // scores are linear: the score of the mean is the mean of the scores
      const { low, high } = nullBand(drawn, mean, tokensBefore);
      return {
        stand,
        shown: null,
        score: readoutScore(probe, mean),
        nullLow: low,
        nullHigh: high,
        poles: poles === null ? null : byPole((pole) => readoutScore({ ...poles[pole], model }, mean)),
      };
    },
  };
}

/** Readings anywhere. Where the text's own token could not be read, a sentence end is read as every other place. */
function traceOf({ texts, layers, ends, inside }: TraceReadout): Pick<Scorer, 'readouts' | 'readout'> {
  const drawn = { ends: drawTrace(ends.nullModel, layers), inside: drawTrace(inside.nullModel, layers) };
  const within = { texts, own: false };
  return {
    readouts: { sentence: { texts, own: true }, clause: within, word: within },
    readout: (means, _tokensBefore, stand, own) => {
      const mean = meanReading(means);
      const { score, low, high, poles, shown } =
        own === null
          ? traceScores(inside, drawn.inside, layers, mean)
          : traceScores(ends, drawn.ends, layers, endReading(own, mean));
      return { stand, shown, score, nullLow: low, nullHigh: high, poles };
    },
  };
}

/** Scores nothing: for writing without a probe. */
export const noScorer: Scorer = {
  readouts: { sentence: NOTHING, clause: NOTHING, word: NOTHING },
  directions: [],
  tokens: () => ({ scores: new Float32Array(0), words: new Float32Array(0), poles: null }),
  readout: (_means, _tokensBefore, stand) => ({
    stand,
    shown: null,
    score: new Float32Array(0),
    nullLow: new Float32Array(0),
    nullHigh: new Float32Array(0),
    poles: null,
  }),
};
