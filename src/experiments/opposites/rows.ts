/** One row an axis: the unit of everything that is estimated here. */
import { AppError } from '../../base/errors.ts';
import type { RunSize } from '../experiment-types.ts';
import type { UnitResult } from '../design.ts';
import { extentOf } from './contexts.ts';
import { axisDataFromJson, type OppositesPrepared } from './stored-axis.ts';
import type { AxisGeometry } from './geometry.ts';
import type { Match } from './match.ts';
import { type KindOutcome, neutralBits, type Outcomes, outcomesOf } from './outcomes.ts';
import { type SteeringOutcome, steeringOutcomesOf } from './steering-outcomes.ts';
import { cellOf, type CellId, type OppositesSpec } from './spec.ts';
import type { OppositesAxis } from './strings.ts';

/** What is known of an axis when it is analysed. */
export interface AxisRow {
  readonly axis: OppositesAxis;
  readonly cell: CellId;
  /** +0.5 and -0.5, so that a coefficient is the difference between the two levels. */
  readonly moral: number;
  readonly antonym: number;
  /** How far the valences of X and its opposite lie apart, 0 to 4. */
  readonly valence: number;
  /** Mean bits of the opposite's acts in the neutral contexts. */
  readonly prior: number;
  /** Measured in the run: bits of the unrelated acts minus bits of the opposite's in the neutral contexts. */
  readonly gap: number;
  /** NaN where the model has one answer. */
  readonly agreement: number;
  readonly matches: readonly Match[];
  readonly outcomes: Outcomes;
  /** ΔW at the largest dose, bits an act. */
  readonly specific: number;
  readonly geometry: AxisGeometry;
  /** One a direction of INTERVENTIONS; none in a quick run. */
  readonly pushes: readonly SteeringOutcome[];
}

/** The kind of context that the verdict is about: X shown by as many sentences as the largest dose. */
export function mainKind({ doses }: Pick<OppositesSpec, 'doses'>): string {
  return `shown${doses.at(-1) ?? 0}`;
}

/**
 * The rows of a size, in order of the units' ids whatever the order in which they came. Throws `units-missing` where
 * one did not, and `unit-invalid`.
 */
export function rowsOf(
  spec: OppositesSpec,
  size: RunSize,
  prepared: OppositesPrepared,
  units: readonly UnitResult[],
): AxisRow[] {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const used = [...extentOf(spec, size).axes].sort((a, b) => (a.unit < b.unit ? -1 : 1));
  return used.map(({ axis, unit }) => {
    const data = byId.get(unit)?.data;
    const known = prepared.axes.find(({ id }) => id === axis.id);
    if (data === undefined || known === undefined)
      throw new AppError(
        'units-missing',
        `Unit "${unit}" has not run, so there is nothing to analyse of ${axis.x}. Run it first.`,
        { unit },
      );
    const measured = axisDataFromJson(data, unit, prepared);
    const outcomes = outcomesOf(measured);
    return {
      axis,
      cell: cellOf(axis),
      moral: axis.moral ? 0.5 : -0.5,
      antonym: axis.opposable ? 0.5 : -0.5,
      valence: Math.abs(axis.valence - axis.oppositeValence),
      prior: neutralBits(measured, 'opposite'),
      gap: neutralBits(measured, 'unrelated') - neutralBits(measured, 'opposite'),
      agreement: known.agreement ?? NaN,
      matches: known.matches,
      outcomes,
      specific: outcomeOf(outcomes, mainKind(spec)).specific,
      geometry: measured.geometry,
      pushes: steeringOutcomesOf(measured),
    };
  });
}

/** The outcomes of a kind of context; numbers that are not there are NaN. */
export function outcomeOf(outcomes: Outcomes, kind: string): KindOutcome {
  return (
    outcomes[kind] ?? {
      gains: { opposite: NaN, unrelated: NaN, own: NaN },
      specific: NaN,
      specificPerToken: NaN,
      ownSpecific: NaN,
    }
  );
}
