/** Reads and checks what only `evidence` specs say; every refusal names its path. */
import { field, integer, type JsonNode, words } from '../../json/json-path.ts';
import { inRange } from '../../json/json-values.ts';
import type { SpecHead } from '../design.ts';
import { parseMixture } from '../mixture/parse.ts';
import { type EvidenceSpec, MORE_THRESHOLDS } from './spec.ts';

/** The most random directions: each costs as much as a condition. */
const MOST_RANDOM = 16;

/** The spec, or a refusal by path. */
export function parseEvidence(root: JsonNode, head: SpecHead): EvidenceSpec {
  const spec = parseMixture(root, head);
  const thresholds = field(root, 'thresholds');
  return {
    ...spec,
    thresholds: {
      ...spec.thresholds,
      ...(Object.fromEntries(MORE_THRESHOLDS.map((name) => [name, inRange(field(thresholds, name), 0, 1)])) as Record<
        (typeof MORE_THRESHOLDS)[number],
        number
      >),
    },
    seenBefore: words(field(root, 'seenBefore'), 2000),
    random: integer(field(root, 'random'), 1, MOST_RANDOM),
  };
}
