/** Which texts are read of a topic under each condition and placement. Pure. */
import type { RunSize } from '../experiment-types.ts';
import { ITEM, SAID } from './parse.ts';
import { type Beside, type Family, type PlacementsSpec, TEXTS, type TextPlacement, type Topic } from './spec.ts';

/** What is supervised with text: the three placements, and the mere mention. */
export const LEADS = [...TEXTS, 'mention'] as const;
export type Lead = (typeof LEADS)[number];

/** What a condition is for. */
export type ConditionKind = 'clean' | 'attack' | 'exception' | 'elsewhere';

/** The surroundings of items: `clean`, `attack.liar`, … */
export interface Condition {
  readonly kind: ConditionKind;
  readonly id: string;
  readonly text: string;
}

/** All conditions of a family, the clean one first. */
export function conditionsOf({ clean, attacks, exceptions, elsewhere }: Family): readonly Condition[] {
  const of = (kind: ConditionKind, frames: Family['attacks']): Condition[] =>
    frames.map(({ id, text }) => ({ kind, id: `${kind}.${id}`, text }));
  return [
    { kind: 'clean', id: 'clean', text: clean },
    ...of('attack', attacks),
    ...of('exception', exceptions),
    ...of('elsewhere', elsewhere),
  ];
}

/** The topics of a size. */
export function topicsOf(spec: PlacementsSpec, { topics }: Family, size: RunSize): readonly Topic[] {
  return size === 'full' ? topics : topics.slice(0, spec.quick);
}

/** The id of a unit: a topic of a family. */
export function unitId(family: Pick<Family, 'id'>, topic: Pick<Topic, 'id'>): string {
  return `${family.id}.${topic.id}`;
}

/** What stands before all else; empty without a text. */
export function leadOf({ texts, mention }: Family, { said }: Topic, lead: Lead | null): string {
  if (lead === null) return '';
  const text = lead === 'mention' ? mention : texts[lead satisfies TextPlacement];
  return `${text.replaceAll(SAID, said ?? '')}\n`;
}

/** The words that are scored behind an item, each after those before it; of a family of words there is one place, and no word. */
export function wordsOf({ said }: Topic): readonly string[] {
  return said?.split(' ') ?? [];
}

/**
 * Contexts of a condition: item by item, and of each item one context a scored word, the words before it said already. So each
 * context of an item is the beginning of the next.
 */
export function contextsOf(family: Family, topic: Topic, condition: Condition, lead: Lead | null): readonly string[] {
  const words = wordsOf(topic);
  return topic.items.flatMap((item) => {
    const begun = `${leadOf(family, topic, lead)}${condition.text.replace(ITEM, () => item)}`;
    return words.length === 0 ? [begun] : words.map((_, k) => [begun, ...words.slice(0, k)].join(' '));
  });
}

/** What a topic is given of another task or of neutral text: so many in turn, so that all topics together are given all. */
export function besideOf(
  spec: PlacementsSpec,
  { topics }: Family,
  topic: Topic,
  what: 'tasks' | 'neutral',
): readonly Beside[] {
  const first = topics.indexOf(topic) * spec.besideEach;
  const all = spec[what];
  return Array.from({ length: spec.besideEach }, (_, i) => all[(first + i) % all.length]).filter(
    (one) => one !== undefined,
  );
}
