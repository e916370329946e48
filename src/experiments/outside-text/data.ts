/** The numbers of all units of a family, by condition and by placement or control. */
import type { RunSize } from '../experiment-types.ts';
import { AppError } from '../../base/errors.ts';
import { field, has, type JsonNode, list, number } from '../../json/json-path.ts';
import { exactly } from '../../json/json-values.ts';
import type { UnitResult } from '../design.ts';
import { type Condition, conditionsOf, itemsOf } from './contexts.ts';
import { dosedPlaces, unitId } from './run.ts';
import type { Family, OutsideTextSpec } from './spec.ts';

/** Log-odds by placement or control, one an item. */
export type OddsByName = ReadonlyMap<string, readonly number[]>;

/** Held-out scores `[layers][items]` with a rule on and off. */
export interface SeenScores {
  readonly on: readonly (readonly number[])[];
  readonly off: readonly (readonly number[])[];
}

/** A family's units put together. */
export interface FamilyData {
  readonly items: number;
  readonly clean: OddsByName;
  readonly attacks: readonly OddsByName[];
  readonly exceptions: readonly OddsByName[];
  /** By dose and attack, on the items at `places`; the main dose among them. Empty where other doses were not run. */
  readonly doses: ReadonlyMap<number, readonly OddsByName[]>;
  readonly places: readonly number[];
  /** Probability that the next token decides at all, clean and without a rule, one an item. */
  readonly mass: readonly number[];
  /** Of sums whether the right digit is the likeliest, one an item; empty of words. */
  readonly right: readonly number[];
  readonly visibility: ReadonlyMap<string, SeenScores>;
  /** Change of −log p of the next word of neutral text, one a text. */
  readonly surprise: OddsByName;
}

/**
 * Puts a family's units together. Throws `units-missing` where one is not there, `unit-invalid` with the path for
 * numbers that do not fit.
 */
export function familyData(
  spec: OutsideTextSpec,
  family: Family,
  size: RunSize,
  units: readonly UnitResult[],
): FamilyData {
  const items = itemsOf(family, size).length;
  const places = dosedPlaces(items);
  const unit = (what: string): JsonNode => unitNode(unitId(family, what, size), units);
  const conditions = conditionsOf(family, size).map((condition) => ({ condition, node: unit(condition.id) }));
  const of = (kind: Condition['kind']): JsonNode[] =>
    conditions.filter(({ condition }) => condition.kind === kind).map(({ node }) => node);
  const [clean] = of('clean');
  if (clean === undefined) throw new AppError('internal', `Family ${family.id} has no clean condition.`);
  const attacks = of('attack').map((node) => byName(field(node, 'odds'), items));
  const doses = new Map<number, readonly OddsByName[]>();
  for (const dose of size === 'full' ? spec.doses : []) {
    doses.set(
      dose,
      dose === spec.dose
        ? attacks.map(
            (attack) =>
              new Map([...attack].map(([name, odds]) => [name, places.map((place) => odds[place] ?? Number.NaN)])),
          )
        : of('attack').map((node) => byName(field(field(node, 'doses'), String(dose)), places.length)),
    );
  }
  return {
    items,
    clean: byName(field(clean, 'odds'), items),
    attacks,
    exceptions: of('exception').map((node) => byName(field(node, 'odds'), items)),
    doses,
    places,
    mass: exactly(field(clean, 'mass'), items, number),
    right: has(clean, 'right') ? exactly(field(clean, 'right'), items, number) : [],
    visibility: new Map(
      Object.keys(field(clean, 'visibility').value as object).map((name) => [
        name,
        seenScores(field(field(clean, 'visibility'), name), items),
      ]),
    ),
    surprise: byName(field(unit('neutral'), 'surprise'), spec.neutral.length),
  };
}

function unitNode(id: string, units: readonly UnitResult[]): JsonNode {
  const unit = units.find((one) => one.id === id);
  if (unit === undefined)
    throw new AppError('units-missing', `Unit ${id} is missing. Run it before the analysis.`, { id });
  return {
    value: unit.data,
    path: `units.${id}`,
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Run the unit again.`);
    },
  };
}

function byName(node: JsonNode, count: number): OddsByName {
  const names = typeof node.value === 'object' && node.value !== null ? Object.keys(node.value) : [];
  return new Map(names.map((name) => [name, exactly(field(node, name), count, number)]));
}

function seenScores(node: JsonNode, items: number): SeenScores {
  const layers = (side: 'on' | 'off'): number[][] =>
    list(field(node, side), 1, 1000).map((layer) => exactly(layer, items, number));
  return { on: layers('on'), off: layers('off') };
}
