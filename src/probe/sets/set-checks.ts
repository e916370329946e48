/**
 * What a prompt set gives away before any model reads it: lengths, punctuation, pronouns, repeated texts, and how well
 * its words alone tell the poles apart. Plain data: JSON holds it without loss, and nothing in it is NaN.
 */
import { bagOfWords } from '../evidence/bag-of-words.ts';
import type { Axis } from '../probe-types.ts';
import { separatingWords } from './separating-words.ts';
import { setLengths } from './set-lengths.ts';
import { setNames } from './set-names.ts';
import { type ByPole, byPole, groupBy, labelledTurns, type SetRow } from './set-rows.ts';
import type { SetFindings } from './set-findings.ts';
import { setWarnings } from './set-warnings.ts';
import { duplicates, poleWords, pronounShares, punctuation, unsharedContexts } from './set-wording.ts';

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
