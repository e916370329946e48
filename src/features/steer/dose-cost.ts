/** How much a dose–response reads, in readings of the neutral stories, so that it can be said how long it takes before it begins. */
import type { SetSource } from '../../probe/training-plan.ts';
import { draftRows } from '../../state/sets/set-rows.ts';

/** Tokens of one reading of the neutral stories: 12 texts of 40. */
export const BATCH_TOKENS = 480;
/** Characters a token of plain English. */
const TOKEN_CHARACTERS = 4.4;
/** Tries until a strength is found, for the first KL of a direction and for each that follows; both poles are read at each. */
const FIRST_TRIES = 4;
const MORE_TRIES = 2;

/** What is measured. */
export interface DosePlan {
  readonly targets: number;
  readonly placeboTargets: number;
  /** Directions to compare with. */
  readonly placebos: number;
  readonly choices: SetSource;
  readonly control: SetSource | null;
}

/** Readings of the neutral stories that the whole takes, about. */
export function doseBatches({ targets, placeboTargets, placebos, choices, control }: DosePlan): number {
  const [own, other] = [batchesOf(choices), control === null ? 0 : batchesOf(control)];
  const matching = (levels: number): number => (levels === 0 ? 0 : 2 * (FIRST_TRIES + MORE_TRIES * (levels - 1)));
  const unsteered = 2 + own + other;
  return (
    unsteered +
    matching(targets) +
    2 * targets * (own + other) +
    placebos * (matching(placeboTargets) + 2 * placeboTargets * own)
  );
}

/** The share of it that is done when so many directions are: the direction itself reads more than a placebo. */
export function doseShare(plan: DosePlan, done: number): number {
  const whole = doseBatches(plan);
  const alone = doseBatches({ ...plan, placebos: 0 });
  return done === 0
    ? 0
    : (alone + ((whole - alone) * Math.min(done - 1, plan.placebos)) / Math.max(1, plan.placebos)) / whole;
}

/**
 * Readings of the stories that one reading of a set of choices is worth. Both ways of going on share the reading of
 * what comes before them.
 */
function batchesOf(set: SetSource): number {
  const contexts = new Map<string, number>();
  let characters = 0;
  for (const { topic, context, text } of draftRows(set.rows)) {
    contexts.set(`${topic}\n${context}`, context.length);
    characters += text.length;
  }
  for (const length of contexts.values()) characters += length;
  return characters / TOKEN_CHARACTERS / BATCH_TOKENS;
}
