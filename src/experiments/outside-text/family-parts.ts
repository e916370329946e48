/** What the statistics of one family share: its parts, the estimates of a placement, seeds. */
import type { Estimate } from '../../stats/estimate.ts';
import type { FamilyData } from './data.ts';
import type { PreparedFamily } from './prepared.ts';
import type { PlacementScores } from './scores.ts';
import type { Family, OutsideTextSpec, Placement } from './spec.ts';

/** A placement with its three estimates. */
export interface PlacedEstimates {
  readonly placement: Placement | 'none';
  readonly scores: PlacementScores;
  readonly robustness: Estimate;
  readonly flexibility: Estimate;
  readonly outside: Estimate;
}

/** The AUROC of on against off by layer. */
export interface Visible {
  readonly name: string;
  readonly byLayer: readonly Estimate[];
}

/** A family with what its statistics are made of. */
export interface FamilyParts {
  readonly spec: OutsideTextSpec;
  readonly family: Family;
  readonly data: FamilyData;
  readonly prepared: PreparedFamily;
  readonly placed: readonly PlacedEstimates[];
  readonly none: PlacedEstimates;
  readonly outside: PlacedEstimates | undefined;
}

/** Seeds of a family's estimates, added to that of its spec. */
export const SEEDS = { scores: 1, trend: 2, pairs: 3, visibility: 4 } as const;

/** An estimate of nothing. */
export const NOTHING: Estimate = { value: Number.NaN, low: null, high: null, n: 0 };
