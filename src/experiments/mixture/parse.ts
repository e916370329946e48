/** Reads what only a mixture spec says; refuses by path. */
import { field, integer, type JsonNode, list, words } from '../../json/json-path.ts';
import { shown } from '../../base/shown.ts';
import { exactly, identifier, inRange, oneOf } from '../../json/json-values.ts';
import type { SpecHead } from '../design.ts';
import { checkKeywords, checkLikeLengths, checkNames, checkOnce, checkOpening, sentenceBy } from './checks.ts';
import {
  type ByPole,
  type Depth,
  type Extent,
  FRAMES,
  type MixtureSpec,
  mostSentences,
  POLES,
  type Scene,
  STEERING,
  type ThresholdName,
  THRESHOLDS,
  type Topic,
} from './spec.ts';

/** Topics that an interval needs at least. */
const FEWEST = 6;
const MOST = 1000;
/** Ways of going on: one alone would measure its words. */
const FEWEST_CONTINUATIONS = 4;
/** A dose of more sentences is no longer a dose but a book. */
const MOST_SENTENCES = 64;
const LONGEST = 200;

/**
 * The spec; what `head` read is kept. Refuses unknown factors and levels, unbalanced orders and names, and strings that
 * give the answer away.
 */
export function parseMixture(root: JsonNode, head: SpecHead): MixtureSpec {
  const thresholds = field(root, 'thresholds');
  const doses = factors(field(root, 'factors'));
  const most = mostSentences({ doses });
  const orders = ordersOf(field(root, 'orders'), most);
  const beside = integer(field(root, 'beside'), 1, orders.length);
  const frames = field(root, 'frames');
  const topics = list(field(root, 'topics'), FEWEST, MOST).map((node) => topicOf(node, most));
  const spec: MixtureSpec = {
    ...head,
    thresholds: Object.fromEntries(
      THRESHOLDS.map((name) => [name, inRange(field(thresholds, name), 0, MOST)]),
    ) as Record<ThresholdName, number>,
    steering: depthOf(field(root, 'steering')),
    reading: depthOf(field(root, 'reading')),
    doses,
    orders,
    beside,
    quick: quickOf(field(root, 'quick'), { topics: topics.length, orders: orders.length, beside }),
    frames: {
      kind: words(field(frames, 'kind'), LONGEST),
      cruel: words(field(frames, 'cruel'), LONGEST),
      neutral: words(field(frames, 'neutral'), LONGEST),
    },
    taps: list(field(root, 'taps'), 1, 8).map((node) => words(node, LONGEST)),
    keywords: list(field(root, 'keywords'), 1, MOST).map((node) => words(node, 40)),
    topics,
    fit: list(field(root, 'fit'), FEWEST, MOST).map(sceneOf),
  };
  if (!(spec.thresholds.kl > 0))
    field(thresholds, 'kl').refuse(`${thresholds.path}.kl must be above 0: steering of no KL interventions nothing.`);
  checkLikeLengths(frames, 'kind', spec.frames.kind, 'cruel', spec.frames.cruel);
  checkLikeLengths(frames, 'kind', spec.frames.kind, 'neutral', spec.frames.neutral);
  checkNames(field(root, 'topics'), spec.topics, 'all topics');
  checkNames(
    field(root, 'topics'),
    spec.topics.slice(0, spec.quick.topics),
    `the first ${spec.quick.topics} topics, which a quick run takes,`,
  );
  checkOnce(root, spec);
  checkKeywords(root, spec);
  return spec;
}

/** The doses; the other two factors have the levels that this design is about. */
function factors(node: JsonNode): number[] {
  const known = ['frame', 'steering', 'sentences'];
  for (const key of Object.keys(node.value ?? {}))
    if (!known.includes(key))
      node.refuse(`${node.path}.${key} is no factor of this design, which has ${known.join(', ')}.`);
  levels(field(node, 'frame'), FRAMES);
  levels(field(node, 'steering'), STEERING);
  const sentences = field(node, 'sentences');
  return list(sentences, 3, 12).map((item, at, all) => {
    const dose = integer(item, 0, MOST_SENTENCES);
    const rises = at === 0 ? dose === 0 : dose > Number(all[at - 1]?.value);
    return rises ? dose : item.refuse(`${item.path} is ${dose}; numbers of sentences begin with 0 and ascend.`);
  });
}

function levels(node: JsonNode, wanted: readonly (string | number)[]): void {
  exactly(node, wanted.length, (item) => item).forEach(({ value, path, refuse }, at) => {
    if (value !== wanted[at])
      refuse(
        `${path} must be ${shown(wanted[at])}, got ${shown(value)}; the levels are ${wanted.join(', ')}, in this order.`,
      );
  });
}

/** Numbers of kind sentences, the first of them all: its mirror has none, and the gate compares the two. */
function ordersOf(node: JsonNode, most: number): number[] {
  const orders = list(node, 1, 32).map((item) => integer(item, 0, most));
  if (orders[0] !== most)
    node.refuse(
      `${node.path}[0] must be ${most}, all sentences kind, got ${orders[0] ?? 'nothing'}: with its mirror it shows what the evidence does at most.`,
    );
  if (orders.every((kind) => kind === 0 || kind === most))
    node.refuse(
      `${node.path} must hold an order that mixes both versions, got ${orders.join(', ')}: else the last sentence and the balance of all cannot be told apart.`,
    );
  return orders;
}

function quickOf(node: JsonNode, full: Extent): Extent {
  const quick = {
    topics: integer(field(node, 'topics'), FEWEST, full.topics),
    orders: integer(field(node, 'orders'), 1, full.orders),
    beside: integer(field(node, 'beside'), 1, full.beside),
  };
  if (quick.beside > quick.orders)
    node.refuse(
      `${node.path}.beside is ${quick.beside}, and orders ${quick.orders}; what is read under frames and interventions is also read without.`,
    );
  return quick;
}

function depthOf(node: JsonNode): Depth {
  const of = integer(field(node, 'of'), 1, MOST);
  return { index: integer(field(node, 'index'), 1, of), of };
}

function topicOf(node: JsonNode, most: number): Topic {
  const scene = sceneOf(node);
  if (scene.evidence.length < most)
    node.refuse(
      `${node.path}.evidence must have ${most} pairs or more, got ${scene.evidence.length}: a context takes so many, each once.`,
    );
  const continuations = list(field(node, 'continuations'), FEWEST_CONTINUATIONS, MOST).map((item) => {
    const pair = pairOf(item);
    checkOpening(item, pair);
    return pair;
  });
  return { ...scene, continuations };
}

function sceneOf(node: JsonNode): Scene {
  const name = words(field(node, 'name'), 40);
  const pronoun = oneOf(field(node, 'pronoun'), ['he', 'she']);
  const setting = words(field(node, 'setting'), LONGEST);
  if (!setting.startsWith(`${name} `))
    node.refuse(`${node.path}.setting must begin with the name ${name}, got ${shown(setting)}.`);
  const evidence = list(field(node, 'evidence'), 1, MOST).map((item) => {
    const pair = pairOf(item);
    for (const pole of POLES) sentenceBy(field(item, pole), pronoun);
    return pair;
  });
  return { id: identifier(field(node, 'id')), name, pronoun, setting, evidence };
}

function pairOf(node: JsonNode): ByPole {
  const pair = { kind: words(field(node, 'kind'), LONGEST), cruel: words(field(node, 'cruel'), LONGEST) };
  checkLikeLengths(node, 'kind', pair.kind, 'cruel', pair.cruel);
  return pair;
}
