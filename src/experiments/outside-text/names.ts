/** How placements and controls are called where they are shown; units know them by shorter names. */
import type { Placement } from './spec.ts';

/** The placements. */
export const SHOWN: Readonly<Record<Placement | 'none', string>> = {
  none: 'no rule',
  prompt: 'prompt',
  early: 'early steering',
  middle: 'middle steering',
  last: 'last-layer steering',
  gated: 'gated word scores',
  readout: 'digit readout',
  fixed: 'fixed word scores',
  calculator: 'calculator',
  mask: 'mask (limit)',
};

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['placebo', 'placebo prompt'],
  ['permuted', 'fixed word scores with half of each class exchanged'],
  ['wrong-operands', 'calculator with wrong operands'],
  ['head', 'edits of the word scores'],
]);

/**
 * What a name of the units stands for: `early.kl` is early steering at a KL of `kl` nats, `early.random` a random
 * direction at that layer and KL.
 */
export function calledOf(name: string, kl: number): string {
  const [placement = '', variant] = name.split('.');
  const shown = CONTROLS.get(placement) ?? (placement in SHOWN ? SHOWN[placement as Placement] : placement);
  const at = `at a KL of ${kl} ${kl === 1 ? 'nat' : 'nats'}`;
  return variant === 'kl'
    ? `${shown} ${at}`
    : variant === 'random'
      ? `${shown} along a random direction, ${at}`
      : shown;
}

/** A sentence about one family, which is named first. */
export function ofFamily({ title }: { readonly title: string }, says: string): string {
  return `${title}: ${says}`;
}
