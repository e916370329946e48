/** The units: those of `mixture`, and every topic under each random direction. Pure. */
import type { Cost, UnitPlan } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { matchTokens } from '../matched-steering.ts';
import { type MixtureUnit, planOf, preparationCost, unitsOf } from '../mixture/contexts.ts';
import type { EvidenceSpec } from './spec.ts';

/** A topic under a random direction: the contexts of steering, steered along something else. */
export interface RandomUnit extends MixtureUnit {
  /** Which direction, from 0. */
  readonly direction: number;
}

/** Readings of neutral text that matching one direction takes on average. */
const MATCH_READINGS = 8;

/** The units under random directions, in the order of topics. */
export function randomUnitsOf(spec: EvidenceSpec, size: RunSize): readonly RandomUnit[] {
  return unitsOf(spec, size)
    .filter(({ condition }) => condition.id === 'plus')
    .flatMap((unit) =>
      Array.from({ length: spec.random }, (_, direction) => ({
        ...unit,
        id: `${unit.topic.id}.random${direction + 1}${size === 'quick' ? '.quick' : ''}`,
        direction,
      })),
    );
}

/** All units of a size, in the order of their ids. */
export function plansOf(spec: EvidenceSpec, size: RunSize): UnitPlan[] {
  return [...unitsOf(spec, size), ...randomUnitsOf(spec, size)]
    .map((unit) => planOf(spec, unit))
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** What fitting and matching ask of a model. */
export function preparationOf(spec: EvidenceSpec): Cost {
  const { read, written } = preparationCost(spec);
  return { read: read + matchTokens(spec.random * MATCH_READINGS), written };
}
