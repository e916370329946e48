/** A made-up judgement of a set. */
import type { Judgement } from '../../../../src/probe/evidence/judgement-types.ts';
import type { SetSource } from '../../../../src/probe/training-plan.ts';
import { LAYERS } from './sample.ts';

/** What a probe is said to read of it. */
export function madeUpJudgement(set: SetSource): Judgement {
  const rows = set.rows
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { topic: string; pole: string });
  // The first pole of every topic scores above the second, but in every fourth topic.
  const { poles } = JSON.parse(set.header) as { poles: { positive: string; neutral: string } };
  const names = [...new Set(rows.map((row) => row.topic))];
  const turnScores = rows
    .filter((row) => row.pole !== poles.neutral)
    .map((row) => ((row.pole === poles.positive) !== (names.indexOf(row.topic) % 4 === 3) ? 0.4 : -0.3));
  const topics = names.length;
  const byLayer = (of: (layer: number) => number): number[] => Array.from({ length: LAYERS }, (_, layer) => of(layer));
  const auroc = byLayer((layer) => 0.5 + layer / 100);
  const bound = (by: number): (number | null)[] => auroc.map((value) => (topics < 6 ? null : value + by));
  return {
    set: set.name,
    sha256: 'ab'.repeat(32),
    topics,
    readings: (rows.length * 2) / 3,
    auroc,
    aurocLow: bound(-0.1),
    aurocHigh: bound(0.1),
    pairs: byLayer(() => 0.75),
    null: {
      shuffles: 1000,
      seed: 0,
      ways: 2 ** topics,
      auroc95ByLayer: byLayer(() => 0.6),
      pByLayer: byLayer((layer) => 1 / (1 + layer)),
      auroc95: 0.7,
      p: 0.02,
    },
    readout: null,
    turnScores: byLayer(() => 0).map(() => turnScores),
    caveats: topics < 6 ? [`${topics} topics are too few for an interval: every number here may be luck.`] : [],
    means: { positive: byLayer(() => 0.4), negative: byLayer(() => -0.3), neutral: byLayer(() => 0.05) },
  };
}
