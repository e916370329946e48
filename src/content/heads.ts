/** The words for ways of reading: the difference of the poles, or one pole from neutral. */
import { endsOf, type Head, headName, opposite, type Pole } from '../probe/heads.ts';
import type { Axis } from '../probe/probe-types.ts';

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

/** One line under the choice: what grey means, or why to look at one pole at all. */
export function headNote(head: Head, axis: Axis): string {
  if (head !== 'difference')
    return `Grey is ${endsOf(head, axis)[opposite(head)]}, which is not ${axis[opposite(head)]}.`;
  const note = `${axis.positive} and ${axis.negative} texts may both differ from ${axis.neutral}. See each alone.`;
  return note.charAt(0).toUpperCase() + note.slice(1);
}

/**
 * What the other pole's AUROC in a pole's own reading says, as a sentence after "At this layer", from its interval: it lies
 * on this pole's side, on the other one, or neither is shown.
 */
export function otherSays(pole: Pole, axis: Axis, low: number, high: number): string {
  const [own, other] = [axis[pole], axis[opposite(pole)]];
  if (low > 0.5)
    return `both ${own} and ${other} turns leave ${axis.neutral} this way: alone it does not say ${own} rather than ${other}.`;
  if (high < 0.5) return `${other} turns lie on the other side of ${axis.neutral}, as opposites would.`;
  return `it is not shown to move with ${other} turns: the interval holds 0.5.`;
}
