/** Scores the readouts of one text with several probes. What two probes read at the same neutral text is read once. */
import type { Probe } from '../../probe/probe-types.ts';
import { type AxesReading, axisHead } from '../../reading/axes/axes.ts';
import type { ShownReading, Stand } from '../../reading/reading.ts';
import { createScorer, noScorer, type Readout, type Scorer } from '../scorer.ts';

/**
 * A scorer for a text run whose readouts serve all these probes: at each kind of place it asks for every neutral text that some
 * probe reads there, once. The readings go to `told`, place by place; the scorer's own are empty, and tokens get no scores.
 */
export function createAxesScorer(probes: readonly Probe[], told: (reading: AxesReading) => void): Scorer {
  const axes = probes.map((probe) => ({ scorer: createScorer(probe), layer: axisHead(probe).layer }));
  const readoutAt = (stand: Stand): Readout => {
    const readouts = axes.map(({ scorer }) => scorer.readouts[stand]);
    return {
      texts: [...new Set(readouts.flatMap(({ texts }) => texts))],
      own: readouts.some(({ own }) => own),
    };
  };
  const readouts = { sentence: readoutAt('sentence'), clause: readoutAt('clause'), word: readoutAt('word') };
  return {
    ...noScorer,
    readouts,
    readout: (means, tokensBefore, stand, own) => {
      const { texts } = readouts[stand];
      const readings = axes.map(({ scorer, layer }): ShownReading | null => {
        const readout = scorer.readouts[stand];
        const mine = readout.texts.flatMap((text) => means[texts.indexOf(text)] ?? []);
        if (mine.length === 0) return null;
        const { shown, score, nullLow, nullHigh } = scorer.readout(mine, tokensBefore, stand, readout.own ? own : null);
        return layer === null
          ? shown
          : { score: score[layer] ?? NaN, low: nullLow[layer] ?? NaN, high: nullHigh[layer] ?? NaN };
      });
      told({ afterToken: tokensBefore - 1, stand, axes: readings });
      return noScorer.readout(means, tokensBefore, stand, own);
    },
  };
}
