/** How a dose–response is measured unless somebody says otherwise: one answer for the page and for the command. */
import { isMoral } from '../probe/moral-axes.ts';
import type { Axis } from '../probe/probe-types.ts';

/** The seed of isotropic placebos and of resamples. */
export const DOSE_SEED = 0;

/** The name of the choices that are taken for an axis where several ship: those whose two ways of going on are matched word for word. */
export function choicesName({ positive, negative }: Axis): string {
  return `${positive}-${negative}`;
}

/** Names of what ships to compare steering along an axis with: choices of another kind (null: none), and the probe of an unrelated axis. */
export function comparedWith(axis: Axis): { readonly control: string | null; readonly unrelated: string } {
  return isMoral(axis) ? { control: 'luck', unrelated: 'formal-casual' } : { control: null, unrelated: 'kind-cruel' };
}
