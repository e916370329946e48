/** What the units say, as rows: one a context, with its evidence and the odds that were found after it. */
import { AppError } from '../../base/errors.ts';
import type { RunSize } from '../experiment-types.ts';
import { mean } from '../../stats/stats.ts';
import { field, type JsonNode, list, number } from '../../json/json-path.ts';
import { exactly } from '../../json/json-values.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { dosed, type MixtureUnit, unitsOf } from './contexts.ts';
import { type ConditionId, CONDITIONS, type MixtureSpec } from './spec.ts';

/** A context. */
export interface Row {
  readonly condition: ConditionId;
  /** Place of the order among the topic's; -1 before any evidence. */
  readonly order: number;
  /** Of the evidence so far, in order: +1 kind, -1 cruel. */
  readonly signs: readonly number[];
  /** Λ: log odds of going on kindly, mean over the pairs of continuations, in nats. */
  readonly odds: number;
  /** The reading at control texts; null in all conditions but the first. */
  readonly readout: number | null;
}

/** All rows of a topic. */
export interface TopicRows {
  readonly id: string;
  readonly rows: readonly Row[];
}

/** The rows of a run. */
export interface Table {
  readonly topics: readonly TopicRows[];
  /** Conditions that were measured in every topic, in the order of {@link CONDITIONS}. Of steering both sides are there, or neither. */
  readonly conditions: readonly ConditionId[];
}

/** Reads the units of a size. Throws `units-missing` where one is not there, and `unit-invalid` with the path of what is wrong. */
export function tableOf(spec: MixtureSpec, size: RunSize, units: readonly UnitResult[]): Table {
  const read = readRows(spec, unitsOf(spec, size), units);
  const broken = new Set(read.filter(({ rows }) => rows.length === 0).map(({ unit }) => unit.condition.id));
  const interventions = CONDITIONS.some(({ id, push: steering }) => steering !== 0 && broken.has(id));
  const conditions = CONDITIONS.filter(
    ({ id, push: steering }) => !broken.has(id) && !(interventions && steering !== 0),
  ).map(({ id }) => id);
  const ids = [...new Set(read.map(({ unit }) => unit.at))].sort((a, b) => a - b);
  return {
    conditions,
    topics: ids.map((at) => ({
      id: spec.topics[at]?.id ?? '',
      rows: conditions.flatMap(
        (condition) => read.find(({ unit }) => unit.at === at && unit.condition.id === condition)?.rows ?? [],
      ),
    })),
  };
}

/** Units with their rows, none for one whose steering could not be. Throws as {@link tableOf}. */
export function readRows<Unit extends MixtureUnit>(
  spec: MixtureSpec,
  planned: readonly Unit[],
  units: readonly UnitResult[],
): readonly { readonly unit: Unit; readonly rows: readonly Row[] }[] {
  const data = new Map(units.map(({ id, data: own }) => [id, own]));
  return planned.map((unit) => {
    const own = data.get(unit.id);
    if (own === undefined)
      throw new AppError('units-missing', `Unit ${unit.id} is missing. Run it before the analysis.`, { id: unit.id });
    return { unit, rows: rowsOf(spec, unit, own) };
  });
}

function rowsOf(spec: MixtureSpec, { id, topic, condition, orders }: MixtureUnit, data: JsonObject): readonly Row[] {
  const root: JsonNode = {
    value: data,
    path: `units.${id}`,
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Run the unit again.`);
    },
  };
  const pairs = (node: JsonNode): number => mean(exactly(node, topic.continuations.length, number));
  const doses = dosed(spec);
  const found = list(field(root, 'odds'), 0, orders.length);
  if (condition.push !== 0 && found.length === 0) return [];
  const odds = exactly(field(root, 'odds'), orders.length, (node) => exactly(node, doses.length, pairs));
  const readouts = condition.id === 'none' ? field(root, 'taps') : null;
  const scores =
    readouts === null
      ? null
      : exactly(field(readouts, 'scores'), orders.length, (node) => exactly(node, doses.length, number));
  return [
    {
      condition: condition.id,
      order: -1,
      signs: [],
      odds: pairs(field(root, 'start')),
      readout: readouts === null ? null : number(field(readouts, 'start')),
    },
    ...orders.flatMap(({ signs }, order) =>
      doses.map((dose, d): Row => ({
        condition: condition.id,
        order,
        signs: signs.slice(0, dose),
        odds: odds[order]?.[d] ?? NaN,
        readout: scores?.[order]?.[d] ?? null,
      })),
    ),
  ];
}
