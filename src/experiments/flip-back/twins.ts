/** Names that may stand only once in a list. */
import type { JsonNode } from '../../json/json-path.ts';
import { shown } from '../../base/shown.ts';

/**
 * Refuses the second of two equal `values`; those before `from` belong to other lists and are only compared with.
 * `name` is the member that holds them.
 */
export function refuseTwins(node: JsonNode, values: readonly string[], name: string, from = 0): void {
  const seen = new Set<string>();
  values.forEach((value, i) => {
    if (seen.has(value) && i >= from)
      node.refuse(`${node.path}[${i - from}].${name} ${shown(value)} stands there twice, or among the stories.`);
    seen.add(value);
  });
}
