/** How the data of a unit is read back: every refusal is `unit-invalid` with the path, and says what to do. */
import { AppError } from '../base/errors.ts';
import { field, type JsonNode, text } from '../json/json-path.ts';
import type { JsonObject, UnitResult } from './design.ts';

/** The data of a unit; `path` names it in refusals. */
export function unitRoot(value: JsonObject, path: string): JsonNode {
  return {
    value,
    path,
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Run the experiment again.`);
    },
  };
}

/** The unit of that id. Throws `units-missing`. */
export function unitOf(units: readonly UnitResult[], id: string): UnitResult {
  const unit = units.find((one) => one.id === id);
  if (unit === undefined)
    throw new AppError('units-missing', `The unit ${id} is missing. Run the experiment to its end.`);
  return unit;
}

/** A text that the spec fixes; refuses another one. */
export function plannedText(node: JsonNode, key: string, planned: string): string {
  const value = text(field(node, key));
  return value === planned
    ? value
    : node.refuse(`${node.path}.${key} is "${value}", and the spec asks for "${planned}" there.`);
}
