/**
 * Units as files: one file a unit while an experiment runs, so that nothing is done twice, and all in one when it has run.
 * Every file says what it belongs to, and what does not belong together is refused.
 */
import { DESIGN_NAMES, type DesignName, type RunSize } from './experiment-types.ts';
import { AppError } from '../base/errors.ts';
import { CONTAINERS } from '../models/checkpoint/checkpoint-file.ts';
import { DTYPES } from '../models/model-dtype.ts';
import type { ModelIdentity } from '../probe/probe-types.ts';
import { DEEPEST_JSON, tooDeep } from '../base/shown.ts';
import { field, fileObject, has, integer, type JsonNode, text } from '../json/json-path.ts';
import { oneOf, parseHabits, sha256 } from '../json/json-values.ts';
import type { Json, JsonObject, UnitPlan, UnitResult } from './design.ts';

const UNIT = 'flipside-unit';
const UNITS = 'flipside-units';
const VERSION = 1;

/** What units belong to. */
export interface UnitsHead {
  readonly experiment: string;
  readonly design: DesignName;
  readonly specSha256: string;
  readonly size: RunSize;
  readonly model: ModelIdentity;
  /** Which engine read: `node`, `wasm`, `webgpu`. */
  readonly backend: string;
}

/** All units of an experiment, with what they were prepared with. */
export interface UnitSet {
  readonly head: UnitsHead;
  readonly prepared: JsonObject;
  readonly units: readonly UnitResult[];
}

/** One file of a run. `part` is a unit, or `prepared`. */
export interface UnitFile {
  readonly head: UnitsHead;
  readonly part: 'prepared' | 'unit';
  /** Of the text of what it was prepared with; of itself for the preparation. */
  readonly preparedSha256: string;
  readonly result: UnitResult;
}

/** The name of the preparation where units have theirs. */
export const PREPARED_ID = 'prepared';

/** The text whose hash tells one preparation from another. */
export function preparedText(prepared: JsonObject): string {
  return JSON.stringify(prepared);
}

/** A file of a run. */
export function serialiseUnit({ head, part, preparedSha256, result }: UnitFile): string {
  return `${JSON.stringify({ format: UNIT, version: VERSION, ...head, part, preparedSha256, unit: result.id, data: result.data })}\n`;
}

/** Reads a file of a run. Throws `unit-invalid` with the path; `name` begins it. */
export function parseUnit(source: string, name: string): UnitFile {
  const root = fileObject(source, name, UNIT, VERSION, refuse);
  return {
    head: headOf(root),
    part: oneOf(field(root, 'part'), ['prepared', 'unit']),
    preparedSha256: sha256(field(root, 'preparedSha256')),
    result: { id: text(field(root, 'unit')), data: jsonObject(field(root, 'data')) },
  };
}

/** All in one: a line about what they belong to, one of the preparation, one a unit in the order of their ids. */
export function serialiseUnits({ head, prepared, units }: UnitSet): string {
  const lines = [
    { format: UNITS, version: VERSION, ...head },
    { prepared },
    ...sortedUnits(units).map(({ id, data }) => ({ unit: id, data })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Reads them again. Throws `unit-invalid` with the path of what is wrong. */
export function parseUnits(source: string, name: string): UnitSet {
  const [first = '', second = '', ...others] = source.trimEnd().split('\n');
  const head = headOf(fileObject(first, `${name} line 1`, UNITS, VERSION, refuse));
  const prepared = jsonObject(field(lineOf(second, `${name} line 2`), 'prepared'));
  const units = others.map((line, index) => {
    const root = lineOf(line, `${name} line ${index + 3}`);
    return { id: text(field(root, 'unit')), data: jsonObject(field(root, 'data')) };
  });
  return { head, prepared, units };
}

/** Refuses what belongs to something else, with the first difference and both values. */
export function assertBelongs(found: UnitsHead, expected: UnitsHead, name: string): void {
  const differ = (what: string, ours: string | number, theirs: string | number, advice: string): void => {
    if (ours !== theirs)
      throw new AppError('unit-invalid', `${name}.${what} is ${theirs}, and the others have ${ours}. ${advice}`, {
        name,
        what,
        found: theirs,
        expected: ours,
      });
  };
  differ('experiment', expected.experiment, found.experiment, 'Take units of one experiment.');
  differ(
    'specSha256',
    expected.specSha256,
    found.specSha256,
    'The spec was changed in between: run all units with one spec.',
  );
  differ('size', expected.size, found.size, 'Quick and full runs have different units.');
  differ('model.id', expected.model.id, found.model.id, 'Take units that were read on one model.');
  differ(
    'model.weightsSha256',
    expected.model.weightsSha256,
    found.model.weightsSha256,
    'The models have one name and different weights.',
  );
  differ(
    'model.startToken',
    expected.model.startToken ?? 'none',
    found.model.startToken ?? 'none',
    'To the model texts with a start token and without one are different: run all units with one version.',
  );
  differ('backend', expected.backend, found.backend, 'Engines differ in their last bits: run all units on one.');
}

/** Refuses a set that lacks units of the plan, or has others; says which. */
export function assertComplete(plan: readonly UnitPlan[], units: readonly UnitResult[]): void {
  const have = new Set(units.map(({ id }) => id));
  const missing = plan.filter(({ id }) => !have.has(id)).map(({ id }) => id);
  if (missing.length > 0)
    throw new AppError(
      'units-missing',
      `${missing.length} of ${plan.length} units are missing: ${named(missing)}. Run the shards that hold them, then merge again.`,
      { missing: missing.length, of: plan.length, first: missing[0] ?? null },
    );
  const planned = new Set(plan.map(({ id }) => id));
  const strange = units.filter(({ id }) => !planned.has(id)).map(({ id }) => id);
  if (strange.length > 0)
    throw new AppError('unit-invalid', `The spec has no unit ${named(strange)}. Take the units of this spec.`, {
      strange: strange.length,
    });
  if (have.size !== units.length) throw new AppError('unit-invalid', 'A unit is there twice. Take each once.');
}

/** Units in the order of their ids, whatever order they came in. */
export function sortedUnits(units: readonly UnitResult[]): readonly UnitResult[] {
  return [...units].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function named(ids: readonly string[]): string {
  return ids.length <= 6 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} others`;
}

function refuse(message: string): never {
  throw new AppError('unit-invalid', message);
}

function lineOf(line: string, path: string): JsonNode {
  if (tooDeep(line))
    return refuse(
      `${path} nests lists and objects more than ${DEEPEST_JSON} deep. Take the file as flipside wrote it.`,
    );
  try {
    return { value: JSON.parse(line) as unknown, path, refuse };
  } catch (thrown) {
    return refuse(
      `${path} is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}. The file may be cut off.`,
    );
  }
}

function headOf(root: JsonNode): UnitsHead {
  const model = field(root, 'model');
  return {
    experiment: text(field(root, 'experiment')),
    design: oneOf<DesignName>(field(root, 'design'), DESIGN_NAMES),
    specSha256: sha256(field(root, 'specSha256')),
    size: oneOf<RunSize>(field(root, 'size'), ['full', 'quick']),
    model: {
      id: text(field(model, 'id')),
      weightsSha256: sha256(field(model, 'weightsSha256')),
      ...(has(model, 'container') ? { container: oneOf(field(model, 'container'), CONTAINERS) } : {}),
      ...(has(model, 'adapter') ? { adapter: text(field(model, 'adapter')) } : {}),
      layerCount: integer(field(model, 'layerCount'), 1, 1000),
      hidden: integer(field(model, 'hidden'), 1, 100_000),
      ...(has(model, 'dtype') ? { dtype: oneOf(field(model, 'dtype'), DTYPES) } : {}),
      ...parseHabits(model),
    },
    backend: text(field(root, 'backend')),
  };
}

/** Whatever JSON holds is what the type says; only that it is an object must be looked at. */
function jsonObject({ value, path, refuse: no }: JsonNode): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, Json>)
    : no(`${path} must be an object.`);
}
