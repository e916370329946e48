/** The words for ways of reading: the difference of the poles, or one pole from neutral. */
import { type Head, headName, opposite, type Pole } from '../core/heads.ts';
import type { Axis } from '../core/probe-types.ts';

/** Why a pole cannot be read by itself. */
export const HEADS_MISSING = {
  recording: 'This recording holds the difference only: its probe had no reading of one pole by itself.',
  live: 'This probe has no reading of one pole by itself. Train it again to get one.',
} as const;

/** The name of a way of reading at the start of a line. */
export function headTitle(head: Head, axis: Axis): string {
  const name = headName(head, axis);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Where the colours point, in a sentence's parts: what the pole's hue means, and what the grey means. */
export function otherOf(pole: Pole, axis: Axis): { readonly shared: string; readonly apart: string } {
  const [own, other] = [axis[pole], axis[opposite(pole)]];
  return { shared: `both ${own} and ${other} turns leave ${axis.neutral} this way`, apart: `${other} turns lie on the other side of ${axis.neutral}` };
}

/**
 * What the other pole's AUROC in a pole's own reading says, from its interval: it lies on this pole's side, on the other
 * one, or neither is shown.
 */
export function otherSays(pole: Pole, axis: Axis, low: number, high: number): string {
  const { shared, apart } = otherOf(pole, axis);
  if (low > 0.5) return `${shared}: a high reading is not yet ${axis[pole]} rather than ${axis[opposite(pole)]}.`;
  if (high < 0.5) return `${apart}, as opposites would.`;
  return `not shown to move with ${axis[opposite(pole)]} turns: the interval holds 0.5.`;
}
