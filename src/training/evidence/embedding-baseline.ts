/** What the words of a turn give a fit before any layer has read them: the baseline that a probe at the control texts must beat. */
import { fitLayer, PENALTIES, prepareLayer } from '../../probe/fit/fit.ts';
import { nestedCandidate } from '../../probe/fit/nested.ts';
import { nestedEvidence } from '../../probe/evidence/nested-evidence.ts';
import type { FitMethod } from '../../probe/probe-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { ReadoutRows } from '../../stats/linear/rows.ts';
import { type Readings, selectFor, unitsOf } from '../readings.ts';

/**
 * Nested AUROC of the probe's own way to fit on the mean embedding of every text's own tokens: same rows, targets and
 * weights, penalty chosen and topic left out as for the probe. (At the control texts layer 0 reads 0.5 by construction: its words
 * are the same after every text.)
 */
export function embeddingBaseline(
  { hidden, embeddings }: Pick<ReadoutRows, 'hidden' | 'embeddings'>,
  readings: Readings,
  method: FitMethod,
): Estimate {
  const values = new Float32Array(readings.turns.length * hidden);
  readings.turns.forEach(({ info }, reading) =>
    values.set(embeddings.get(info.turn) ?? new Float32Array(hidden).fill(NaN), reading * hidden),
  );
  const selection = selectFor(readings, method.target);
  const prepared = prepareLayer(values, hidden, selection.select, selection);
  const topics = { units: unitsOf(selection, readings.topics), labels: selection.targets };
  const candidates = [...new Set([method.penalty, ...PENALTIES[method.kind]])].map((penalty) =>
    nestedCandidate(fitLayer(prepared, { ...method, penalty }), topics, 0, penalty),
  );
  return nestedEvidence(candidates, topics).auroc;
}
