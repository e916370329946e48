/** What the units of an authors experiment say, scenario by scenario: templates are averaged, so that a scenario counts once. */
import { AppError } from '../../base/errors.ts';
import type { RunSize } from '../experiment-types.ts';
import { mean } from '../../stats/stats.ts';
import { field, integer, type JsonNode, list, number } from '../../json/json-path.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { unitsOf } from './plan.ts';
import type { InstrumentName, Instruments } from './prepare.ts';
import { nearLayers } from './run.ts';
import { type AuthorsSpec, ruledLayer, type Span } from './spec.ts';

/** The numbers of all scenarios of a run. */
export interface Table {
  /** Scenarios. */
  readonly n: number;
  readonly layerCount: number;
  /** The layer that the rule reads. */
  readonly layer: number;
  /** Scores of a cell at the layer that the rule reads, one a scenario; all but the byline's in one unit, see {@link unitOf}. */
  at(cell: string, instrument: InstrumentName, span: Span): number[];
  /** Scores of a cell of the design proper `[layers][scenarios]`. */
  byLayer(cell: string, instrument: InstrumentName, span: Span): number[][];
  /** Λ after a cell, one a scenario. */
  odds(cell: string): number[];
}

/**
 * The table of a run, whatever the order of `units`. Throws `units-missing` where one is not there, and `unit-invalid`
 * with the path of what does not fit.
 */
export function tableOf(
  spec: AuthorsSpec,
  size: RunSize,
  prepared: JsonObject,
  instruments: Instruments,
  units: readonly UnitResult[],
): Table {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const plan = unitsOf(spec, size);
  const missing = plan.filter(({ id }) => !byId.has(id));
  if (missing.length > 0)
    throw new AppError(
      'units-missing',
      `${missing.length} of ${plan.length} units have not run yet, ${missing[0]?.id ?? ''} first. Run them, then analyse.`,
      { missing: missing.length },
    );
  const layerCount = integer(field(nodeOf(prepared, 'prepared'), 'layerCount'), 1, Number.MAX_SAFE_INTEGER);
  const layer = ruledLayer(spec, layerCount);
  const near = nearLayers(spec, layerCount);

  const scenarios = [...new Set(plan.map(({ scenario }) => scenario.id))].map((scenario) =>
    plan.filter((unit) => unit.scenario.id === scenario).map(({ id }) => nodeOf(byId.get(id)?.data, `units.${id}`)),
  );
  const averaged = (read: (unit: JsonNode) => number): number[] => scenarios.map((members) => mean(members.map(read)));
  const unitAt = (instrument: InstrumentName, at: number): number =>
    instrument === 'byline' ? 1 : unitOf(instruments, instrument, at);
  const scores = (unit: JsonNode, cell: string, instrument: InstrumentName, span: Span): JsonNode =>
    field(field(field(field(unit, 'cells'), cell), instrument), span);
  return {
    n: scenarios.length,
    layerCount,
    layer,
    at: (cell, instrument, span) =>
      averaged((unit) => {
        const node = scores(unit, cell, instrument, span);
        const all = list(node, near.length, layerCount + 1);
        const item = all[all.length === layerCount + 1 ? layer : near.indexOf(layer)];
        return (
          (item === undefined ? node.refuse(`${node.path} has no layer ${layer}.`) : number(item)) *
          unitAt(instrument, layer)
        );
      }),
    byLayer(cell, instrument, span) {
      const read = scenarios.map((members) =>
        members.map((unit) => list(scores(unit, cell, instrument, span), layerCount + 1, layerCount + 1).map(number)),
      );
      return Array.from({ length: layerCount + 1 }, (_, at) =>
        read.map((members) => mean(members.map((curve) => curve[at] ?? NaN)) * unitAt(instrument, at)),
      );
    },
    odds: (cell) => averaged((unit) => number(field(field(unit, 'odds'), cell))),
  };
}

/**
 * What turns scores at a layer into a unit that all instruments have: the root mean square of the spreads of author and
 * character over fit rows. In its own spread each effect would come out near 1, however far it moves the stream.
 */
function unitOf(instruments: Instruments, instrument: InstrumentName, layer: number): number {
  const [author, character] = [instruments.author.scale[layer] ?? NaN, instruments.character.scale[layer] ?? NaN];
  return (instruments[instrument].scale[layer] ?? NaN) / Math.sqrt((author ** 2 + character ** 2) / 2);
}

function nodeOf(value: unknown, path: string): JsonNode {
  return {
    value,
    path,
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Run this unit again.`);
    },
  };
}
