/** Reads and checks what only `punctuation` specs say; every refusal names its path. */
import { shown } from '../../base/shown.ts';
import { field, integer, type JsonNode, list, text, words } from '../../json/json-path.ts';
import { identifier, inRange } from '../../json/json-values.ts';
import type { SpecHead } from '../design.ts';
import { checkMeanLengths, namedIn, onceEach } from '../spec-checks.ts';
import { MARKS } from './places.ts';
import { type PunctuationAxis, type PunctuationSpec, type Side, SIDES, THRESHOLDS, type Topic } from './spec.ts';

const MOST_CHARACTERS = 600;
const MOST_NAME = 40;
const MOST_TOPICS = 200;

/** Marks that a text needs at least: with fewer, what is lost there is what is lost at its end. */
const FEWEST_MARKS = 3;

/** The spec, or a refusal by path. */
export function parsePunctuation(root: JsonNode, head: SpecHead): PunctuationSpec {
  const thresholds = Object.fromEntries(
    THRESHOLDS.map((name) => [name, inRange(field(field(root, 'thresholds'), name), 0, 1)]),
  ) as PunctuationSpec['thresholds'];
  const groups = integer(field(root, 'groups'), 2, 32);
  const once = onceEach(root);
  return {
    ...head,
    thresholds,
    seenBefore: words(field(root, 'seenBefore'), 2000),
    groups,
    others: integer(field(root, 'others'), 1, 32),
    random: integer(field(root, 'random'), 1, 32),
    quick: { groups: integer(field(field(root, 'quick'), 'groups'), 1, groups) },
    axes: list(field(root, 'axes'), 1, 8).map((node) => parseAxis(node, groups, once)),
  };
}

function parseAxis(node: JsonNode, groups: number, once: (value: string, path: string) => void): PunctuationAxis {
  const idNode = field(node, 'id');
  const id = identifier(idNode);
  once(id, idNode.path);
  const said = list(field(node, 'words'), 1, 16).map((pair) => {
    const sides = bySide((side) => wordOf(field(pair, side)));
    for (const side of SIDES) once(` ${sides[side]}`, `${pair.path}.${side}`);
    return sides;
  });
  const topicsNode = field(node, 'topics');
  const topics = list(topicsNode, 2 * groups, MOST_TOPICS).map((topic) =>
    parseTopic(
      topic,
      said.flatMap((pair) => SIDES.map((side) => pair[side])),
      once,
    ),
  );
  if (topics.length % groups !== 0)
    topicsNode.refuse(
      `${topicsNode.path} has ${topics.length} topics, which do not part into ${groups} groups of one size. Give a multiple of ${groups}.`,
    );
  const ids = topics.map((topic) => topic.id);
  const twice = ids.find((one, i) => ids.indexOf(one) < i);
  if (twice !== undefined)
    topicsNode.refuse(`${topicsNode.path} has the id "${twice}" twice. Give each topic one of its own.`);
  checkMeanLengths(topicsNode, topicsNode.path, topics);
  return { id, name: words(field(node, 'name'), MOST_NAME), words: said, topics };
}

function parseTopic(node: JsonNode, said: readonly string[], once: (value: string, path: string) => void): Topic {
  const askNode = field(node, 'ask');
  const ask = words(askNode, MOST_NAME);
  if (!/^[A-Z][A-Za-z ]*[a-z]$/.test(ask))
    askNode.refuse(
      `${askNode.path} must begin a sentence, in letters and spaces alone, so that it has no mark, got ${shown(ask)}.`,
    );
  const texts = bySide((side) => textOf(field(node, side), said, once));
  for (const mark of MARKS) {
    const [light, dark] = SIDES.map((side) => texts[side].split(mark).length - 1);
    if (light !== dark)
      node.refuse(
        `${node.path} has "${mark}" ${light} times in its light version and ${dark} times in its dark one. Give both as many.`,
      );
  }
  return { id: identifier(field(node, 'id')), ask, ...texts };
}

function bySide(read: (side: Side) => string): Record<Side, string> {
  return { light: read('light'), dark: read('dark') };
}

/** One word in small letters: it is asked for behind a space. */
function wordOf(node: JsonNode): string {
  return /^[a-z]{2,40}$/.test(text(node))
    ? text(node)
    : node.refuse(`${node.path} must be one word in small letters, got ${shown(text(node))}.`);
}

/** Letters, spaces and marks alone, so that a mark is never part of another token; no word that is asked for. */
function textOf(node: JsonNode, said: readonly string[], once: (value: string, path: string) => void): string {
  const value = words(node, MOST_CHARACTERS);
  once(value, node.path);
  if (!/^[A-Z](?:[A-Za-z ]|[,.](?= ))*\.$/.test(value))
    node.refuse(
      `${node.path} must hold letters, spaces, commas and full stops alone, each mark before a space, a full stop last, got ${shown(value)}.`,
    );
  const marks = [...value].filter((one) => MARKS.some((mark) => mark === one)).length;
  if (marks < FEWEST_MARKS)
    node.refuse(
      `${node.path} has ${marks} commas and full stops; ${FEWEST_MARKS} are needed, or they are its end alone.`,
    );
  for (const word of said) {
    const named = namedIn(value, [word]);
    if (named !== null)
      node.refuse(
        `${node.path} holds "${named}", which names the answer "${word}": ${shown(value)}. Show it in other words.`,
      );
  }
  return value;
}
