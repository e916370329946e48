/** To which side of what is read a text was steered. */
import type { Pole } from '../probe/heads.ts';
import type { Axis } from '../probe/probe-types.ts';
import { modeDef, type SteeringMode } from './modes.ts';

/**
 * 1 to the positive pole, −1 to the negative. 0 where there is no side to speak of: the mode has no pole, nothing was added,
 * or the axis that steered (`along`) is not the one that is read.
 */
export function steeredSide(
  { mode, pole, strength }: { readonly mode: SteeringMode; readonly pole: Pole; readonly strength: number },
  along: Axis,
  read: Axis,
): -1 | 0 | 1 {
  const other = along.positive !== read.positive || along.negative !== read.negative;
  if (other || !modeDef(mode).hasPole || (mode === 'add' && strength === 0)) return 0;
  return pole === 'positive' ? 1 : -1;
}
