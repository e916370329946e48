/** A push as files hold it. Hostile until validated: every refusal names the path of what is wrong. */
import { POLES } from '../../probe/heads.ts';
import type { SteeringRecord, SteeringWhere } from '../../steering/steering.ts';
import { MAX_STRENGTH, MODE_NAMES, modeDef } from '../../steering/modes.ts';
import { parseAgreement } from '../json/agreement-json.ts';
import { field, has, integer, type JsonNode, list, words } from '../../json/json-path.ts';
import { inRange, oneOf, positive, sha256 } from '../../json/json-values.ts';

/** No context that we read is longer. */
const MOST_TOKENS = 131_072;

/** Reads a push on a model of so many layers; members that it has not are passed over. */
export function parseSteeringRecord(node: JsonNode, layerCount: number): SteeringRecord {
  const mode = oneOf(field(node, 'mode'), MODE_NAMES);
  const from = integer(field(node, 'from'), 1, layerCount);
  const bounds = modeDef(mode).strength?.bounds ?? ([0, MAX_STRENGTH] as const);
  const [hash, kl] = [field(node, 'probeSha256'), field(node, 'matchedKl')];
  return {
    mode,
    pole: oneOf(field(node, 'pole'), POLES),
    from,
    to: integer(field(node, 'to'), from, layerCount),
    strength: inRange(field(node, 'strength'), ...bounds),
    where: whereIn(field(node, 'where')),
    direction: words(field(node, 'direction'), 200),
    probeSha256: hash.value === null ? null : sha256(hash),
    matchedKl: kl.value === null ? null : positive(kl),
    ...(has(node, 'carriedOver') && { carriedOver: parseAgreement(field(node, 'carriedOver'), layerCount + 1) }),
    ...(has(node, 'changes') && {
      changes: list(field(node, 'changes'), 1, MOST_TOKENS).map((change) => ({
        after: integer(field(change, 'after'), 0, MOST_TOKENS),
        strength: inRange(field(change, 'strength'), ...bounds),
      })),
    }),
  };
}

function whereIn(node: JsonNode): SteeringWhere {
  return typeof node.value === 'number' ? integer(node, 0, MOST_TOKENS) : oneOf(node, ['all', 'generated'] as const);
}
