/** The words of further directions, of a condition and of placebos. Facts are filled in from what is in use. */
import { type ConditionSide, CONDITION_SIDE_NAMES } from '../../steering/condition.ts';
import { MAX_STRENGTH } from '../../steering/modes.ts';
import type { PlaceboRank } from '../../steering/placebos.ts';
import { plural, signedShort } from '../../content/numbers.ts';
import type { BesidePlacebos, PlaceboText } from './steered-placebos.svelte.ts';
import type { ChosenCondition, FurtherDirection } from './steering-mix.svelte.ts';

/** What stands still. */
export const MIX = {
  summary: 'More directions and a condition',
  together: `Every direction steers the same tokens. Strengths at one layer add up, to ${MAX_STRENGTH} at most.`,
  add: 'Add a direction',
  when: 'Steer only while a reading is beyond a threshold',
  slow: 'The neutral words are read after every token, and decide about the next one. Writing takes about twice as long.',
  python:
    'Copy as Python is for one direction that steers throughout. A program for several directions or a condition is not there.',
  changed: 'The strength was changed on the way, so no placebo can be steered alike.',
} as const;

/** The sides of a threshold, in words. */
export const SIDES: readonly { readonly value: ConditionSide; readonly label: string }[] = CONDITION_SIDE_NAMES.map(
  (value) => ({ value, label: value }),
);

/** In which unit a threshold is, and what its sign means. */
export function thresholdWords(pole: string): string {
  return `In standard deviations of the probe’s readings there; + is ${pole}.`;
}

/** Which layers can decide, and why no others. */
export function decidesWords(first: number): string {
  return first === 1
    ? 'Layer 1 is steered, so no layer below can decide. Steer from a higher layer on.'
    : `Layers 1 to ${first - 1} can decide. Steering moves the readings of layer ${first} and above, so those would decide about themselves.`;
}

/** What is set beside the first direction, in a line; empty where nothing is. */
export function mixLine(
  further: readonly FurtherDirection[],
  condition: ChosenCondition | null,
  layer: number | null,
): string {
  const parts = further.map(
    ({ card: { axis }, pole, settings: { strength, from } }) =>
      `Also towards ${axis[pole]}: strength ${strength}, layer ${from}.`,
  );
  if (condition === null) return parts.join(' ');
  const { card, side, threshold } = condition;
  const { positive, negative } = card.axis;
  const where = layer === null ? '' : ` at layer ${layer}`;
  return [...parts, `Only while ${positive}–${negative} reads ${side} ${plain(threshold)}${where}.`].join(' ');
}

/** How the steered text lies among its placebos. */
export function placeboSentence({ steered, unsteered, placebos }: BesidePlacebos, rank: PlaceboRank | null): string {
  if (rank === null) return placebos.length === 0 ? '' : 'Too little was read to compare.';
  const many = plural(rank.placebos, 'direction that means nothing', 'directions that mean nothing');
  const moved = `Steering moved the mean reading by ${signedShort(steered - unsteered)}.`;
  return rank.atLeast === 0
    ? `${moved} None of ${many} moved it as far (p = ${plain(rank.p)}).`
    : `${moved} ${rank.atLeast} of ${many} moved it as far (p = ${plain(rank.p)}).`;
}

/** A placebo in a line, from 1. */
export function placeboLine({ reading, acted }: PlaceboText, number: number, unsteered: number): string {
  const moved = Number.isFinite(reading) ? `moved by ${signedShort(reading - unsteered)}` : 'nothing to read';
  return `Placebo ${number}: ${moved}${acted === null ? '' : `, steered ${acted.tokens} of ${acted.of} tokens`}`;
}

/** How placebos came about. */
export const PLACEBO_EXPLAIN: readonly string[] = [
  'Each placebo stands in for every direction, at the same layers and strengths, with the same prompt and seed. First come directions of the same probes with poles swapped by topic, then random ones.',
  'A condition decides anew for each placebo, by what that placebo writes. So it may act more or less often.',
  'One text each is little: p is at least 1 divided by one more than there are placebos. The command writes many prompts and seeds.',
];

const plain = (value: number): string => String(Number(value.toPrecision(2))).replace('-', '−');
