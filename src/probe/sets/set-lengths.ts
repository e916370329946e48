/** Lengths of a prompt set's turns: a pole that is longer can be told without being understood. */
import { clusterAuroc } from '../../stats/effect.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { type ByPole, byPole, labelledTurns, scenesOf, type SetRow } from './set-rows.ts';
import { mean } from '../../stats/stats.ts';
import { wordCount } from '../../text/words.ts';

/** Lengths of one pole's turns, without the context; null where it has none. */
export interface PoleLength {
  readonly rows: number;
  readonly meanWords: number | null;
  readonly meanCharacters: number | null;
  /** Fewest and most words of a turn. */
  readonly fewestWords: number | null;
  readonly mostWords: number | null;
}

/** What lengths give away. */
export interface SetLengths {
  readonly poles: ByPole<PoleLength>;
  /** Largest difference in words between turns of one topic, context and style; null where no two can be compared. */
  readonly largestDifference: number | null;
  /** The same between positive and negative turns alone. */
  readonly largestPoleDifference: number | null;
  /** Topics in which turns of the same context and style differ by more than `LENGTH_TOLERANCE` words. */
  readonly unevenTopics: readonly string[];
  /** AUROC of the number of words, and of characters, as a score for the positive pole; null where a pole has no turns. */
  readonly wordsAuroc: Estimate | null;
  readonly charactersAuroc: Estimate | null;
}

/** Words by which turns of a scene may differ before it is worth a warning. */
export const LENGTH_TOLERANCE = 4;

/** Lengths over all rows, with intervals of `draws` resamples of the topics. */
export function setLengths(rows: readonly SetRow[], draws: number, seed: number): SetLengths {
  const scenes = scenesOf(rows);
  const spread = (scene: readonly SetRow[]): number | null =>
    scene.length < 2 ? null : range(scene.map((row) => wordCount(row.text)));
  const ofPoles = scenes
    .map((scene) => scene.filter((row) => row.pole !== 'neutral'))
    .filter((scene) => new Set(scene.map((row) => row.pole)).size === 2);
  const turns = labelledTurns(rows);
  const labels = turns.map((turn) => turn.label);
  const auroc = (length: (text: string) => number): Estimate | null =>
    new Set(labels).size < 2
      ? null
      : clusterAuroc(
          turns.map((turn) => length(turn.text)),
          labels,
          turns.map((turn) => turn.topic),
          draws,
          seed,
        );
  return {
    poles: byPole(rows, poleLength),
    largestDifference: largest(scenes.map(spread)),
    largestPoleDifference: largest(ofPoles.map(spread)),
    unevenTopics: [
      ...new Set(
        scenes.filter((scene) => (spread(scene) ?? 0) > LENGTH_TOLERANCE).flatMap((scene) => scene[0]?.topic ?? []),
      ),
    ],
    wordsAuroc: auroc(wordCount),
    charactersAuroc: auroc(characters),
  };
}

function poleLength(rows: readonly SetRow[]): PoleLength {
  if (rows.length === 0) return { rows: 0, meanWords: null, meanCharacters: null, fewestWords: null, mostWords: null };
  const words = rows.map((row) => wordCount(row.text));
  return {
    rows: rows.length,
    meanWords: mean(words),
    meanCharacters: mean(rows.map((row) => characters(row.text))),
    fewestWords: lowest(words),
    mostWords: highest(words),
  };
}

/** Code points, so that an emoji or a rare letter is one character. */
const characters = (text: string): number => Array.from(text).length;
const lowest = (values: readonly number[]): number => values.reduce((low, value) => Math.min(low, value), Infinity);
const highest = (values: readonly number[]): number => values.reduce((high, value) => Math.max(high, value), -Infinity);
const range = (values: readonly number[]): number => highest(values) - lowest(values);

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : highest(known);
}
