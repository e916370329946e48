/** What a measurement along a probe's directions says that it was made with, checked and refused by path. */
import type { DoseChoices, DoseReport } from '../../steering/dose-types.ts';
import { field, integer, type JsonNode, words } from '../../json/json-path.ts';
import { identifier, sha256 } from '../../json/json-values.ts';

/** Above any count of choices, texts, tokens or placebos. */
export const MANY = 1_000_000;

/** The probe, by its files. */
export function parseMeasuredProbe(node: JsonNode): DoseReport['probe'] {
  return {
    id: identifier(field(node, 'id')),
    title: words(field(node, 'title'), 200),
    sha256: sha256(field(node, 'sha256')),
  };
}

/** The model, by its weights. */
export function parseMeasuredModel(node: JsonNode): DoseReport['model'] {
  return { id: words(field(node, 'id'), 200), weightsSha256: sha256(field(node, 'weightsSha256')) };
}

/** The set of choices, and how many pairs of it were asked. */
export function parseMeasuredChoices(node: JsonNode): Omit<DoseChoices, 'unpushed'> {
  return {
    name: words(field(node, 'name'), 200),
    sha256: sha256(field(node, 'sha256')),
    pairs: integer(field(node, 'pairs'), 1, MANY),
  };
}
