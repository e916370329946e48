/** What a unit holds, held against the spec: log odds of the rule and openness of the gate by condition, and what was read beside. */
import { field, has, type JsonNode, list, number } from '../../json/json-path.ts';
import { exactly } from '../../json/json-values.ts';
import type { JsonObject } from '../design.ts';
import { unitRoot } from '../unit-json.ts';
import { conditionsOf, LEADS, unitId } from './plan.ts';
import { type BESIDE, conditionsRead } from './run.ts';
import { type Family, type PlacementsSpec, STEERED, type Topic } from './spec.ts';

/** Ways of reading that a unit may hold: those that steer are there where they have a strength. */
const PASSES = ['none', ...LEADS, ...STEERED] as const;
export type PassName = (typeof PASSES)[number];

/** One value an item, by condition. */
export type ByCondition = ReadonlyMap<string, readonly number[]>;

/** What was read beside, one value a text. */
export interface BesideData {
  /** log p of what follows, by way of reading. */
  readonly logP: ReadonlyMap<PassName, readonly number[]>;
  readonly gate: readonly number[];
  readonly moved: readonly number[];
}

/** One topic. */
export interface TopicData {
  readonly odds: ReadonlyMap<PassName, ByCondition>;
  readonly gate: ByCondition;
  readonly beside: Readonly<Record<(typeof BESIDE)[number], BesideData>>;
}

/** Reads a unit. Throws `unit-invalid` with the path. */
export function topicData(json: JsonObject, spec: PlacementsSpec, family: Family, topic: Topic): TopicData {
  const root = unitRoot(json, unitId(family, topic));
  const perItem = (node: JsonNode): number[] => exactly(node, topic.items.length, number);
  const perText = (node: JsonNode): number[] => exactly(node, spec.besideEach, number);
  const odds = field(root, 'odds');
  // What does not steer is always there; field() refuses a unit without it.
  const isThere = (node: JsonNode, pass: PassName): boolean =>
    !STEERED.some((placement) => placement === pass) || has(node, pass);
  const beside = (what: (typeof BESIDE)[number]): BesideData => {
    const node = field(root, what);
    const logP = field(node, 'logP');
    return {
      logP: new Map(
        PASSES.filter((pass) => isThere(odds, pass)).map((pass) => [
          pass,
          pass === 'mention' ? list(field(logP, pass), 0, 0).map(number) : perText(field(logP, pass)),
        ]),
      ),
      gate: perText(field(node, 'gate')),
      moved: perText(field(node, 'moved')),
    };
  };
  const gate = field(root, 'gate');
  return {
    odds: new Map(
      PASSES.filter((pass) => isThere(odds, pass)).map((pass) => [
        pass,
        new Map(conditionsRead(family, pass).map(({ id }) => [id, perItem(field(field(odds, pass), id))])),
      ]),
    ),
    gate: new Map(conditionsOf(family).map(({ id }) => [id, perItem(field(gate, id))])),
    beside: { tasks: beside('tasks'), neutral: beside('neutral') },
  };
}
