/** How much a training reads. */
import { evenlySpaced, FORM_TOPICS } from '../../base/evenly.ts';
import { headerFacts } from '../../probe/sets/set-header.ts';
import type { SetSource, TrainingPlan } from '../../probe/training-plan.ts';
import { draftRows } from '../../state/sets/set-rows.ts';

/** The part of a plan that decides what is read. */
export type PlannedTexts = Pick<
  TrainingPlan,
  'sets' | 'stories' | 'storyCount' | 'zeros' | 'controls' | 'others' | 'readoutCount' | 'otherReadouts'
>;

/**
 * Texts that a plan reads at its control texts. Training: every turn and every scene alone once, every zero text, and the stories after
 * each sentence. Judging: the turns of both poles at the later control texts, those of some topics in the model's chat form, those of other
 * axes, the controls.
 */
export function readingsOf(plan: PlannedTexts): number {
  const { sets, stories, storyCount, zeros, controls, others, readoutCount, otherReadouts } = plan;
  const [first] = sets;
  const laterReadouts = otherReadouts && first !== undefined && headerFacts(first.header).taps.length > readoutCount;
  return (
    sum(sets, (set) => draftRows(set.rows).length + scenes(set)) +
    sum(zeros, (set) => draftRows(set.rows).length) +
    sum(laterReadouts ? [...sets, ...others] : others, poleTurns) +
    (otherReadouts ? turnsInForm(sets) : 0) +
    sum(controls, (set) => sum(jsonLines(set.rows), (line) => Math.max(1, beatsIn(line)))) +
    sum(jsonLines(stories.rows).slice(0, storyCount ?? undefined), beatsIn)
  );
}

function scenes(set: SetSource): number {
  return new Set(draftRows(set.rows).map((row) => `${row.topic}\n${row.context}`)).size;
}

function poleTurns(set: SetSource): number {
  const { axis } = headerFacts(set.header);
  return draftRows(set.rows).filter((row) => row.pole !== axis?.neutral).length;
}

function turnsInForm(sets: readonly SetSource[]): number {
  const topics = [...new Set(sets.flatMap((set) => draftRows(set.rows).map(({ topic }) => topic)))];
  const chosen = new Set(evenlySpaced(topics.length, FORM_TOPICS).map((index) => topics[index]));
  return sum(sets, (set) => {
    const { axis } = headerFacts(set.header);
    return draftRows(set.rows).filter((row) => row.pole !== axis?.neutral && chosen.has(row.topic)).length;
  });
}

function jsonLines(rows: string): string[] {
  return rows.split('\n').filter((line) => line.trim() !== '');
}

function beatsIn(line: string): number {
  try {
    const { beats } = JSON.parse(line) as { beats?: unknown };
    return Array.isArray(beats) ? beats.length : 0;
  } catch {
    // The training itself says where it is broken.
    return 0;
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
