/**
 * How far a direction holds on another variant of its model, as files keep it. Hostile until validated: every refusal
 * names the path of what is wrong.
 */
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { VARIANTS } from '../../models/model-dtype.ts';
import { field, integer, type JsonNode } from '../../json/json-path.ts';
import { exactly, inRange, oneOf } from '../../json/json-values.ts';

/** Reads it; `layers` is model.layerCount + 1. Members that it has not are passed over. */
export function parseAgreement(node: JsonNode, layers: number): DtypeAgreement {
  const count = (key: string): number => integer(field(node, key), 1, 1_000_000);
  // A little beyond 1 is rounding.
  const byLayer = (key: string): (number | null)[] =>
    exactly(field(node, key), layers, (item) => (item.value === null ? null : inRange(item, -1.001, 1.001)));
  return {
    from: oneOf(field(node, 'from'), VARIANTS),
    to: oneOf(field(node, 'to'), VARIANTS),
    layer: integer(field(node, 'layer'), 0, layers - 1),
    cosine: byLayer('cosine'),
    null95: byLayer('null95'),
    shuffles: count('shuffles'),
    topics: count('topics'),
    fittedTopics: count('fittedTopics'),
    turns: count('turns'),
  };
}
