/** Reads and checks what only `placements` specs say; every refusal names its path. */
import { shown } from '../../base/shown.ts';
import { field, integer, type JsonNode, list, words } from '../../json/json-path.ts';
import { identifier, inRange, oneOf } from '../../json/json-values.ts';
import type { SpecHead } from '../design.ts';
import { onceEach } from '../spec-checks.ts';
import { type Beside, type Family, type Frame, KINDS, type PlacementsSpec, THRESHOLDS, type Topic } from './spec.ts';

const MOST = 600;
const MOST_TOPICS = 100;

/** Where an item and a sentence stand in a text. */
export const ITEM = '{item}';
export const SAID = '{said}';

/** The spec, or a refusal by path. */
export function parsePlacements(root: JsonNode, head: SpecHead): PlacementsSpec {
  const thresholds = Object.fromEntries(
    THRESHOLDS.map((name) => [name, inRange(field(field(root, 'thresholds'), name), 0, 100)]),
  ) as PlacementsSpec['thresholds'];
  const nodes = list(field(root, 'families'), 2, 2);
  const [first, second] = nodes.map(parseFamily);
  if (first === undefined || second === undefined) return root.refuse(`${root.path}.families must be two.`); // cannot be: list asks for two
  if (first.id === second.id)
    nodes[1]?.refuse(`${nodes[1].path}.id is ${shown(second.id)} as that of the first family; give it another.`);
  const besideEach = integer(field(root, 'besideEach'), 1, 8);
  const beside = (name: 'tasks' | 'neutral'): Beside[] =>
    list(field(root, name), besideEach, MOST_TOPICS).map((node) => ({
      context: words(field(node, 'context'), MOST),
      next: words(field(node, 'next'), 60),
    }));
  return {
    ...head,
    thresholds,
    seenBefore: words(field(root, 'seenBefore'), 2000),
    quick: integer(field(root, 'quick'), 1, Math.min(first.topics.length, second.topics.length)),
    tasks: beside('tasks'),
    neutral: beside('neutral'),
    besideEach,
    families: [first, second],
  };
}

function parseFamily(node: JsonNode): Family {
  const kind = oneOf(field(node, 'kind'), KINDS);
  const once = onceEach(node);
  const line = (item: JsonNode): string => {
    const value = words(item, MOST);
    once(value, item.path);
    return value;
  };
  const lines = (name: string, least: number): string[] => list(field(node, name), least, 64).map(line);
  const template = (item: JsonNode): string => {
    const value = words(item, MOST);
    return value.split(ITEM).length === 2
      ? value
      : item.refuse(`${item.path} must hold ${ITEM} once, got ${shown(value)}.`);
  };
  const frames = (name: string): Frame[] =>
    list(field(node, name), 2, 16).map((item) => {
      const text = template(field(item, 'text'));
      once(text, `${item.path}.text`);
      return { id: identifier(field(item, 'id')), text };
    });
  const saying = (item: JsonNode): string => {
    const value = words(item, MOST);
    return kind === 'words' || value.includes(SAID)
      ? value
      : item.refuse(`${item.path} must hold ${SAID}, where the sentence stands, got ${shown(value)}.`);
  };
  const texts = field(node, 'texts');
  const [opens, closes] = [lines('opens', 4), lines('closes', 4)];
  if (opens.length !== closes.length)
    node.refuse(`${node.path}.closes must be as many as opens, ${opens.length}, got ${closes.length}.`);
  const [kept, broken] = kind === 'words' ? [lines('kept', 4), lines('broken', 4)] : [[], []];
  if (kept.length !== broken.length)
    node.refuse(`${node.path}.broken must have as many words as kept, ${kept.length}, got ${broken.length}.`);
  const family: Family = {
    id: identifier(field(node, 'id')),
    kind,
    title: words(field(node, 'title'), 80),
    effect: inRange(field(node, 'effect'), 0.01, 20),
    kept,
    broken,
    texts: {
      instruction: saying(field(texts, 'instruction')),
      demonstrations: saying(field(texts, 'demonstrations')),
      persona: saying(field(texts, 'persona')),
    },
    mention: saying(field(node, 'mention')),
    clean: template(field(node, 'clean')),
    attacks: frames('attacks'),
    exceptions: frames('exceptions'),
    elsewhere: frames('elsewhere'),
    opens,
    closes,
    hosts: kind === 'sentence' ? lines('hosts', 2) : [],
    topics: list(field(node, 'topics'), 2, MOST_TOPICS).map((topic): Topic => ({
      id: identifier(field(topic, 'id')),
      said: kind === 'sentence' ? saidOf(field(topic, 'said'), line) : null,
      items: list(field(topic, 'items'), 1, 16).map(line),
    })),
  };
  checkIds(node, family);
  return family;
}

/** A sentence without its full stop, in words that a space parts. */
function saidOf(node: JsonNode, line: (item: JsonNode) => string): string {
  const value = line(node);
  return /^\S+( \S+)+$/.test(value) && !/[.!?]$/.test(value)
    ? value
    : node.refuse(
        `${node.path} must be two words or more, one space between them and no full stop, got ${shown(value)}.`,
      );
}

function checkIds(node: JsonNode, { attacks, exceptions, elsewhere, topics }: Family): void {
  for (const [name, some] of Object.entries({ attacks, exceptions, elsewhere, topics })) {
    const ids = some.map(({ id }) => id);
    const twice = ids.find((id, at) => ids.indexOf(id) < at);
    if (twice !== undefined)
      node.refuse(`${node.path}.${name} has the id "${twice}" twice. Give each one of their own.`);
  }
}
