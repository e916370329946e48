/** What the nested choice shows: the AUROC to quote, with its interval, and what was chosen. */
import { pairedAccuracy } from './evidence.ts';
import { jackknifeAuroc } from '../../stats/jackknife.ts';
import { type Candidate, nestedChoice, type NestedTopics } from '../fit/nested.ts';
import type { MethodCurve } from '../report-types.ts';
import { auroc } from '../../stats/stats.ts';

/**
 * Judges the candidates with layer and penalty chosen without the topic that is scored. The interval is the jackknife's
 * over topics: with a topic left out, layer and penalty are chosen anew, and the other topics are scored by fits without
 * it and without themselves. (Once for all of them: choosing anew for each would take three topics out at a time.)
 */
export function nestedEvidence(candidates: readonly Candidate[], topics: NestedTopics): MethodCurve['nested'] {
  const { units, labels: targets } = topics;
  const choice = nestedChoice(candidates, topics);
  const rows = units.flatMap((unit) => unit.filter((row) => targets[row] !== 0));
  const labels = rows.map((row) => targets[row] ?? 0);
  const topicOf = units.flatMap((unit, topic) => unit.filter((row) => targets[row] !== 0).map(() => topic));
  const folds = new Map<string, { layer: number; penalty: number; folds: number }>();
  for (const { layer, penalty } of choice.chosen) {
    const key = `${layer} ${penalty}`;
    folds.set(key, { layer, penalty, folds: (folds.get(key)?.folds ?? 0) + 1 });
  }
  const chosen = [...folds.values()].sort((a, b) => b.folds - a.folds || a.layer - b.layer || a.penalty - b.penalty);
  // The procedure with a topic left out: the candidate chosen without it, and the AUROC at which it was chosen.
  return {
    auroc: jackknifeAuroc(
      auroc(choice.scores, labels),
      choice.chosen.map(({ inner }, topic) => inner[topic] ?? NaN),
    ),
    pairs: pairedAccuracy(choice.scores, labels, topicOf),
    chosen,
  };
}
