/** Scores of readings that took no part in a fit, each by the fit without the reading's topic. */
import { wholeScores } from '../../probe/fit/fit.ts';
import { coefficientsWithout } from '../../probe/fit/leave-out.ts';
import type { LayerFit } from '../method-curve.ts';
import { type Readings, unitsOf } from '../readings.ts';

/** A function from a reading `[hidden]` of the fit's layer and a topic of the axis to its score, in the units of the targets. */
export function scoreWithoutTopic(
  fitted: LayerFit,
  readings: Readings,
): (reading: Float32Array, topic: number) => number {
  const known = new Map<number, Float64Array>();
  return (reading, topic) => {
    const [own = []] = unitsOf(fitted.selection, [readings.topics[topic] ?? []]);
    const coefficients = known.get(topic) ?? coefficientsWithout(fitted.fit, own);
    known.set(topic, coefficients);
    const [score = NaN] = wholeScores(fitted.prepared, { smoother: fitted.fit.smoother, coefficients }, reading);
    return score;
  };
}
