/** Reads and checks what only `two-poles` specs say; every refusal names its path. */
import { field, integer, type JsonNode, list, words } from '../../json/json-path.ts';
import { identifier, inRange, oneOf } from '../../json/json-values.ts';
import { shown } from '../../base/shown.ts';
import type { SpecHead } from '../design.ts';
import { ascending, namedIn, onceEach } from '../spec-checks.ts';
import { CLASSES, type PoleAxis, THRESHOLDS, type Topic, type TwoPolesSpec } from './spec.ts';

const MOST_AXES = 200;
const MOST_TOPICS = 400;
const MOST_CHARACTERS = 400;
const MOST_DOSE = 32;

/** The mean lengths of two poles may differ by this share, unless the axis is about length itself. */
const LENGTH_SHARE = 0.25;

/** The spec, or a refusal by path. */
export function parseTwoPoles(root: JsonNode, head: SpecHead): TwoPolesSpec {
  const thresholds = Object.fromEntries(
    THRESHOLDS.map((name) => [name, inRange(field(field(root, 'thresholds'), name), 0, 1000)]),
  ) as TwoPolesSpec['thresholds'];
  const doses = ascending(field(root, 'doses'), 'dose', (node) => integer(node, 1, MOST_DOSE));
  const axesNode = field(root, 'axes');
  const axes = list(axesNode, 2, MOST_AXES).map((node) => parseAxis(node, doses.at(-1) ?? 0));
  checkAxes(axesNode, axes, thresholds.axesPerClass);
  const fewest = Math.min(...axes.map(({ topics, perContext }) => topics.length / perContext));
  return {
    ...head,
    thresholds,
    seenBefore: words(field(root, 'seenBefore'), 2000),
    classes: words(field(root, 'classes'), 2000),
    unit: words(field(root, 'unit'), 400),
    doses,
    doseTopics: integer(field(root, 'doseTopics'), 0, fewest),
    quick: { contexts: integer(field(field(root, 'quick'), 'contexts'), 1, fewest) },
    axes,
  };
}

function parseAxis(node: JsonNode, dose: number): PoleAxis {
  const perContext = integer(field(node, 'perContext'), 1, 50);
  const topicsNode = field(node, 'topics');
  const topics = list(topicsNode, perContext + dose, MOST_TOPICS).map(parseTopic);
  if (topics.length % perContext !== 0)
    topicsNode.refuse(
      `${topicsNode.path} must be a multiple of perContext, ${perContext}, got ${topics.length}. Add topics, or change perContext.`,
    );
  const axis = {
    id: identifier(field(node, 'id')),
    kind: oneOf(field(node, 'kind'), CLASSES),
    a: words(field(node, 'a'), 40),
    b: words(field(node, 'b'), 40),
    marked: identifier(field(node, 'marked')),
    source: words(field(node, 'source'), 400),
    perContext,
    topics,
  };
  topics.forEach((topic, i) => checkNames(topicsNode, i, topic, axis));
  return axis;
}

function parseTopic(node: JsonNode): Topic {
  const ending = (key: string): string => {
    const value = words(field(node, key), MOST_CHARACTERS);
    return /[.!?]["”’]?$/.test(value)
      ? value
      : node.refuse(`${node.path}.${key} must end its sentence with a full stop, got ${shown(value)}.`);
  };
  const topic = {
    id: identifier(field(node, 'id')),
    lead: words(field(node, 'lead'), MOST_CHARACTERS),
    a: ending('a'),
    b: ending('b'),
    neutral: ending('neutral'),
  };
  if (new Set([topic.a, topic.b, topic.neutral]).size < 3)
    node.refuse(`${node.path} ends in the same way twice; a, b and neutral must differ.`);
  return topic;
}

/** Refuses a form of a pole's name in what shows it. */
function checkNames(node: JsonNode, at: number, topic: Topic, { a, b }: Pick<PoleAxis, 'a' | 'b'>): void {
  for (const key of ['lead', 'a', 'b', 'neutral'] as const) {
    const name = namedIn(topic[key], [a, b]);
    if (name !== null)
      node.refuse(
        `${node.path}[${at}].${key} holds "${name}", which names ${a} or ${b}: ${shown(topic[key])}. Show it in other words.`,
      );
  }
}

/** Ids and turns once, a marked axis that is there, of the same class, another one, and used once; enough axes in each class. */
function checkAxes(node: JsonNode, axes: readonly PoleAxis[], needed: number): void {
  const once = onceEach(node);
  axes.forEach((axis, a) => {
    const path = `${node.path}[${a}]`;
    once(`axis ${axis.id}`, `${path}.id`);
    axis.topics.forEach((topic, t) => {
      once(`topic ${axis.id} ${topic.id}`, `${path}.topics[${t}].id`);
      for (const key of ['a', 'b', 'neutral'] as const)
        once(`${topic.lead} ${topic[key]}`, `${path}.topics[${t}].${key}`);
    });
    const marked = axes.find(({ id }) => id === axis.marked);
    if (marked === undefined)
      return node.refuse(`${path}.marked names the axis "${axis.marked}", which the spec does not have.`);
    if (marked === axis) node.refuse(`${path}.marked is the axis itself; name another one of its class.`);
    if (marked.kind !== axis.kind)
      node.refuse(
        `${path}.marked is "${axis.marked}", an axis of ${marked.kind}, and this one is of ${axis.kind}: a marked turn must be of the same class.`,
      );
    once(`marked ${axis.marked}`, `${path}.marked`);
    checkLengths(node, path, axis);
  });
  const counts = CLASSES.map((kind) => axes.filter((axis) => axis.kind === kind).length);
  if (Math.min(...counts) < needed)
    node.refuse(
      `${node.path} holds ${counts.map((count, i) => `${count} of ${CLASSES[i] ?? ''}`).join(' and ')}, and thresholds.axesPerClass asks for ${needed} of each: the gate "axes" could only fail. Add axes, or ask for fewer.`,
    );
}

/** Refuses poles of unequal mean length, but where the names say that length is the matter (terse, wordy). */
function checkLengths(node: JsonNode, path: string, { a, b, topics }: PoleAxis): void {
  if ([a, b].some((name) => ['terse', 'wordy', 'short', 'long'].includes(name))) return;
  const [one, other] = [topics.map((topic) => topic.a), topics.map((topic) => topic.b)].map(
    (some) => some.join('').length / topics.length,
  ) as [number, number];
  if (Math.abs(one - other) > LENGTH_SHARE * Math.max(one, other))
    node.refuse(
      `${path}: turns of ${a} have ${one.toFixed(0)} characters on average and those of ${b} ${other.toFixed(0)}; they must not differ by more than ${100 * LENGTH_SHARE} %, or length would tell them apart.`,
    );
}
