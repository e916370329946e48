/** Steering as files hold it. Hostile until validated: every refusal names the path of what is wrong. */
import { AppError } from '../../base/errors.ts';
import { POLES } from '../../probe/heads.ts';
import { checkTogether, MOST_PARTS } from '../../steering/combine.ts';
import {
  type ConditionRecord,
  CONDITION_SIDE_NAMES,
  MOST_THRESHOLD,
  type TokenStretch,
  tokensIn,
} from '../../steering/condition.ts';
import { MAX_STRENGTH, MODE_NAMES, modeDef } from '../../steering/modes.ts';
import { partsOf, type SteeringPart, type SteeringRecord, type SteeringWhere } from '../../steering/steering.ts';
import { parseAgreement } from '../json/agreement-json.ts';
import { field, has, integer, type JsonNode, list, words } from '../../json/json-path.ts';
import { inRange, oneOf, positive, sha256 } from '../../json/json-values.ts';

/** No context that we read is longer. */
const MOST_TOKENS = 131_072;

/** Whether steering needs a version of the formats that knows several directions and conditions; older ones would pass them over. */
export function isCombined(record: Pick<SteeringRecord, 'also' | 'when'> | null): boolean {
  return record !== null && (record.also !== undefined || record.when !== undefined);
}

/** Reads steering on a model of so many layers; members that it has not are passed over. */
export function parseSteeringRecord(node: JsonNode, layerCount: number): SteeringRecord {
  const { direction, probeSha256, matchedKl, carriedOver, ...set } = partIn(node, layerCount);
  const bounds = boundsOf(set);
  const record: SteeringRecord = {
    ...set,
    where: whereIn(field(node, 'where')),
    direction,
    probeSha256,
    matchedKl,
    ...(carriedOver && { carriedOver }),
    ...(has(node, 'changes') && {
      changes: list(field(node, 'changes'), 1, MOST_TOKENS).map((change) => ({
        after: integer(field(change, 'after'), 0, MOST_TOKENS),
        strength: inRange(field(change, 'strength'), ...bounds),
      })),
    }),
    ...(has(node, 'also') && {
      also: list(field(node, 'also'), 1, MOST_PARTS - 1).map((part) => partIn(part, layerCount)),
    }),
    ...(has(node, 'when') && { when: conditionIn(field(node, 'when'), layerCount) }),
  };
  const parts = partsOf(record);
  try {
    checkTogether(parts);
  } catch (thrown) {
    node.refuse(`${node.path} cannot be: ${AppError.from(thrown).message}`);
  }
  const lowest = Math.min(...parts.map(({ from }) => from));
  if (record.when && record.when.layer >= lowest)
    node.refuse(`${node.path}.when.layer must be below the first steered layer, ${lowest}, got ${record.when.layer}.`);
  return record;
}

function boundsOf({ mode }: Pick<SteeringPart, 'mode'>): readonly [least: number, most: number] {
  return modeDef(mode).strength?.bounds ?? [0, MAX_STRENGTH];
}

function partIn(node: JsonNode, layerCount: number): SteeringPart {
  const mode = oneOf(field(node, 'mode'), MODE_NAMES);
  const from = integer(field(node, 'from'), 1, layerCount);
  const [hash, kl] = [field(node, 'probeSha256'), field(node, 'matchedKl')];
  return {
    mode,
    pole: oneOf(field(node, 'pole'), POLES),
    from,
    to: integer(field(node, 'to'), from, layerCount),
    strength: inRange(field(node, 'strength'), ...boundsOf({ mode })),
    direction: words(field(node, 'direction'), 200),
    probeSha256: hash.value === null ? null : sha256(hash),
    matchedKl: kl.value === null ? null : positive(kl),
    ...(has(node, 'carriedOver') && { carriedOver: parseAgreement(field(node, 'carriedOver'), layerCount + 1) }),
  };
}

function conditionIn(node: JsonNode, layerCount: number): ConditionRecord {
  const axis = field(node, 'axis');
  const acted = stretchesIn(field(node, 'acted'));
  return {
    layer: integer(field(node, 'layer'), 1, layerCount),
    side: oneOf(field(node, 'side'), CONDITION_SIDE_NAMES),
    threshold: inRange(field(node, 'threshold'), -MOST_THRESHOLD, MOST_THRESHOLD),
    probe: words(field(node, 'probe'), 200),
    axis: { positive: words(field(axis, 'positive'), 200), negative: words(field(axis, 'negative'), 200) },
    probeSha256: sha256(field(node, 'probeSha256')),
    ...(has(node, 'carriedOver') && { carriedOver: parseAgreement(field(node, 'carriedOver'), layerCount + 1) }),
    acted,
    asked: integer(field(node, 'asked'), tokensIn(acted), MOST_TOKENS),
  };
}

/** Stretches of tokens in order, with at least one token between two. */
function stretchesIn(node: JsonNode): readonly TokenStretch[] {
  let least = 0;
  return list(node, 0, MOST_TOKENS).map((each) => {
    const [from, to] = list(each, 2, 2);
    const first = integer(from ?? each, least, MOST_TOKENS);
    const last = integer(to ?? each, first, MOST_TOKENS);
    least = last + 2;
    return [first, last] as const;
  });
}

function whereIn(node: JsonNode): SteeringWhere {
  return typeof node.value === 'number' ? integer(node, 0, MOST_TOKENS) : oneOf(node, ['all', 'generated'] as const);
}
