/**
 * Evidence of one probe set by set: a probe that was trained on several sets may owe its overall number to the easiest of
 * them, so each set's own topics are shown apart. Every topic was still left out when it was scored.
 */
import { layerEvidence } from '../core/evidence.ts';
import type { SetEvidence } from '../core/probe-types.ts';
import { significant } from '../core/round.ts';
import type { RowInfo } from '../core/rows.ts';
import type { PromptSet } from '../format/prompt-set.ts';

/** AUROC, interval and pairs of each set's topics. `held` are held-out scores of the readings of `info`; `topics` are names by topic number. */
export function evidenceBySet(held: ArrayLike<number>, info: readonly RowInfo[], topics: readonly string[], sets: readonly PromptSet[], seed: number): SetEvidence[] {
  return sets.map((set) => {
    const numberIn = new Map(set.topics.map((topic, index) => [topics.indexOf(topic), index]));
    const own = info.flatMap((row, index) => {
      const topic = numberIn.get(row.topic);
      return topic === undefined ? [] : [{ row: { ...row, topic }, score: held[index] ?? NaN }];
    });
    const { auroc, aurocLow, aurocHigh, pairs } = layerEvidence(own.map(({ score }) => score), own.map(({ row }) => row), set.topics.length, seed);
    return { name: set.name, topics: set.topics.length, auroc: significant(auroc), aurocLow: significant(aurocLow), aurocHigh: significant(aurocHigh), pairs: significant(pairs) };
  });
}
