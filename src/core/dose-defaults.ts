/** How a dose–response is measured unless somebody says otherwise: one answer for the page and for the command. */
import { isMoral } from './moral-axes.ts';
import type { Axis } from './probe-types.ts';

/** KLs in nats (95th percentile over neutral tokens) of the direction and of its placebos, and the seed of placebos and resamples. */
export const DOSE_DEFAULTS = { targets: [0.25, 0.5, 1, 2], placeboTargets: [1], seed: 1 } as const;

/** The layer that is pushed: at 0.6 of the depth, where a direction is formed and the words are not yet chosen. */
export function defaultPushLayer(layerCount: number): number {
  return Math.max(1, Math.round(0.6 * layerCount));
}

/** Names of what ships to compare a push along an axis with: choices of another kind (null: none), and the probe of an unrelated axis. */
export function comparedWith(axis: Axis): { readonly control: string | null; readonly unrelated: string } {
  return isMoral(axis) ? { control: 'luck', unrelated: 'formal-casual' } : { control: null, unrelated: 'kind-cruel' };
}
