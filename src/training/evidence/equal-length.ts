/** The topics whose turns give nothing away by their length, judged alone where length gives the poles away elsewhere. */
import { eitherWay } from '../../probe/claims/either-way.ts';
import type { Baselines, Transfer } from '../../probe/report-types.ts';
import { wordCount } from '../../text/words.ts';
import type { PromptSet } from '../../formats/sets/prompt-set.ts';
import { topicNames } from '../collect.ts';
import { readOf } from './judge-layer.ts';
import type { Readings } from '../readings.ts';

/** Words by which the poles' turns of a topic may differ and still be of nearly equal length. */
const MOST_WORDS_APART = 2;
/** From this AUROC of the number of words on, in either direction, a probe may be reading length. */
const LENGTH_TELLS = 0.6;

/** Whether the number of words alone tells the poles apart well enough to ask whether the probe reads anything else. */
export function lengthTells(length: Baselines['length']): boolean {
  const { value, low } = eitherWay(length);
  return value >= LENGTH_TELLS && (low === null || low > 0.5);
}

/** Numbers of the topics whose positive and negative turns differ by at most two words. */
export function equalLengthTopics(sets: readonly PromptSet[]): Set<number> {
  const numbers = new Map(topicNames(sets).map((topic, index) => [topic, index]));
  const spans = new Map<number, { least: number; most: number }>();
  for (const row of sets.flatMap((set) => set.rows)) {
    const topic = numbers.get(row.topic);
    if (row.pole === 'neutral' || topic === undefined) continue;
    const words = wordCount(row.text);
    const { least, most } = spans.get(topic) ?? { least: words, most: words };
    spans.set(topic, { least: Math.min(least, words), most: Math.max(most, words) });
  }
  return new Set([...spans].filter(([, { least, most }]) => most - least <= MOST_WORDS_APART).map(([topic]) => topic));
}

/**
 * The probe on those topics alone, every one of them left out when it was scored; nothing where length does not tell, or
 * where all or none of the topics are such. `held` are held-out scores in the order of `Readings.poles`.
 */
export function equalLengthPart(
  sets: readonly PromptSet[],
  length: Baselines['length'],
  readings: Readings,
  held: ArrayLike<number>,
  seed: number,
): Transfer[] {
  const topics = equalLengthTopics(sets);
  if (!lengthTells(length) || topics.size === 0 || topics.size === readings.topics.length) return [];
  const own = readings.poles.flatMap((reading, at) => {
    const info = readings.info[reading];
    return info !== undefined && topics.has(info.topic) ? [{ info, score: held[at] ?? NaN }] : [];
  });
  const name = `turns of nearly equal length (at most ${MOST_WORDS_APART} words apart)`;
  return [
    {
      kind: 'part',
      name,
      ...readOf(
        own.map(({ score }) => score),
        own.map(({ info }) => info),
        seed,
      ),
    },
  ];
}
