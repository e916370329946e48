/** How placements are called where they are shown. */
import type { Placement } from './spec.ts';

/** By placement. */
export const SHOWN: Readonly<Record<Placement, string>> = {
  instruction: 'instruction',
  demonstrations: 'demonstrations',
  persona: 'persona',
  early: 'early steering',
  middle: 'middle steering',
  late: 'late steering',
  gated: 'gated scores',
  fixed: 'fixed scores',
};
