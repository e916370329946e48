/**
 * Evidence of one probe set by set: a probe that was trained on several sets may owe its overall number to the easiest of
 * them, so each set's own turns are shown apart. Every topic was still left out when it was scored.
 */
import { clusterAuroc } from '../stats/effect.ts';
import { BOOTSTRAP_DRAWS, pairedAccuracy } from '../probe/evidence/evidence.ts';
import type { SetEvidence } from '../probe/probe-types.ts';
import { significant } from '../base/round.ts';
import { labelOf, type RowInfo } from '../stats/linear/rows.ts';
import type { PromptSet } from '../formats/sets/prompt-set.ts';

/**
 * AUROC, interval and pairs of each set's turns. `held` are held-out scores of the readings of `info`, which names the set
 * of each. With too few topics for an interval it is 0 to 1: nothing is excluded.
 */
export function evidenceBySet(
  held: ArrayLike<number>,
  info: readonly RowInfo[],
  sets: readonly PromptSet[],
  seed: number,
): SetEvidence[] {
  return sets.map((set, which) => {
    // By set, not by topic: another set may hold a topic of the same name.
    const own = info.flatMap((row, index) =>
      row.set === which ? [{ label: labelOf(row.role), topic: row.topic, score: held[index] ?? NaN }] : [],
    );
    const [scores, labels, topics] = [
      own.map(({ score }) => score),
      own.map(({ label }) => label),
      own.map(({ topic }) => topic),
    ];
    const { value, low, high } = clusterAuroc(scores, labels, topics, BOOTSTRAP_DRAWS, seed);
    return {
      name: set.name,
      topics: set.topics.length,
      auroc: significant(value),
      aurocLow: significant(low ?? 0),
      aurocHigh: significant(high ?? 1),
      pairs: significant(pairedAccuracy(scores, labels, topics)),
    };
  });
}
