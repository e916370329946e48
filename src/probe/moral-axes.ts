/** Which axes are about what somebody does to others. Decided before training: those that are not named here count as not moral. */
import type { Axis } from './probe-types.ts';

/** By the name of their probe, which is that of their poles. */
export const MORAL_AXES: readonly string[] = ['kind-cruel', 'honest-deceptive', 'loyal-treacherous'];

/** Whether an axis is one of them. */
export function isMoral({ positive, negative }: Axis): boolean {
  return MORAL_AXES.includes(`${positive}-${negative}`);
}
