/**
 * What a prompt set gives away before any model reads it: lengths, punctuation, pronouns, repeated texts, and how well
 * its words alone tell the poles apart. Plain data: JSON holds it without loss, and nothing in it is NaN.
 */
import { type BagOfWords, bagOfWords } from '../evidence/bag-of-words.ts';
import type { Axis } from '../probe-types.ts';
import { type SeparatingWord, separatingWords } from './separating-words.ts';
import { type SetLengths, setLengths } from './set-lengths.ts';
import { type SetNames, setNames } from './set-names.ts';
import { type ByPole, byPole, groupBy, labelledTurns, type SetRow } from './set-rows.ts';
import { setWarnings } from './set-warnings.ts';
import {
  type Duplicate,
  duplicates,
  poleWords,
  type PoleWord,
  type PronounShare,
  pronounShares,
  type Punctuation,
  punctuation,
  unsharedContexts,
} from './set-wording.ts';

/** Turns of one style by pole; `style` is null for turns without one. */
export interface StyleCount {
  readonly style: string | null;
  readonly rows: ByPole<number>;
}

/** Everything that was checked. */
export interface SetFindings {
  readonly axis: Axis;
  readonly rows: number;
  readonly topics: number;
  /** Topics without a neutral turn. */
  readonly withoutNeutral: readonly string[];
  /** Topics with more turns of one pole than of the other. */
  readonly unbalanced: readonly string[];
  /** Topics in which a context does not stand with every pole. */
  readonly unsharedContexts: readonly string[];
  readonly styles: readonly StyleCount[];
  /** Different scenes: contexts, each counted once. */
  readonly scenes: number;
  readonly names: SetNames;
  readonly lengths: SetLengths;
  readonly punctuation: Punctuation;
  readonly pronouns: readonly PronounShare[];
  readonly duplicates: readonly Duplicate[];
  readonly poleWords: readonly PoleWord[];
  /** Naive Bayes on the words, every topic left out in turn, with the range of shuffled labels; null with one topic or one pole. */
  readonly bagOfWords: Omit<BagOfWords, 'scores'> | null;
  /** The ten words that tell the poles apart best. */
  readonly separatingWords: readonly SeparatingWord[];
}

/** What was checked, and what of it is worth a warning, in sentences. */
export interface SetChecks extends SetFindings {
  readonly warnings: readonly string[];
}

/** Resamples behind intervals, label flips behind the null, and the seed of both. */
export interface SetCheckOptions {
  readonly draws?: number;
  readonly flips?: number;
  readonly seed?: number;
}

/** Checks the rows of one set. Takes well under a second for a few hundred turns; never throws. */
export function checkSet(
  rows: readonly SetRow[],
  axis: Axis,
  { draws = 2000, flips = 1000, seed = 0 }: SetCheckOptions = {},
): SetChecks {
  const topics = groupBy(rows, (row) => row.topic);
  const having = (test: (rows: ByPole<number>) => boolean): string[] =>
    topics.filter((part) => test(byPole(part, (some) => some.length))).map((part) => part[0]?.topic ?? '');
  const words = bagOfWords(labelledTurns(rows), { draws, flips, seed });
  const findings: SetFindings = {
    axis,
    rows: rows.length,
    topics: topics.length,
    withoutNeutral: having((count) => count.neutral === 0),
    unbalanced: having((count) => count.positive !== count.negative),
    unsharedContexts: unsharedContexts(rows),
    styles: groupBy(rows, (row) => JSON.stringify(row.style ?? null)).map((part) => ({
      style: part[0]?.style ?? null,
      rows: byPole(part, (some) => some.length),
    })),
    scenes: new Set(rows.map((row) => row.context)).size,
    names: setNames(rows),
    lengths: setLengths(rows, draws, seed),
    punctuation: punctuation(rows),
    pronouns: pronounShares(rows),
    duplicates: duplicates(rows),
    poleWords: poleWords(rows, axis),
    bagOfWords:
      words === null
        ? null
        : { auroc: words.auroc, nullLow: words.nullLow, nullHigh: words.nullHigh, flips: words.flips },
    separatingWords: separatingWords(rows, 10),
  };
  return { ...findings, warnings: setWarnings(findings) };
}
