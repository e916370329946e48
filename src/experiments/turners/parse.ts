/** Reads and checks what only `turners` specs say; every refusal names its path. */
import { field, integer, type JsonNode, list, text, words } from '../../json/json-path.ts';
import { identifier, inRange, oneOf } from '../../json/json-values.ts';
import { shown } from '../../base/shown.ts';
import type { SpecHead } from '../design.ts';
import { ascending, checkMeanLengths, unnamedOnce } from '../spec-checks.ts';
import { START_ACTS, STORY_ACTS } from './plan.ts';
import { type Act, type Topic, THRESHOLDS, type TurnersSpec } from './spec.ts';

const MOST_CHARACTERS = 300;
const MOST_NAME = 40;
const MOST_TOPICS = 200;
const MOST_ACTS = 64;
const MOST_STORIES = 32;

/** The spec, or a refusal by path. */
export function parseTurners(root: JsonNode, head: SpecHead): TurnersSpec {
  const thresholds = Object.fromEntries(
    THRESHOLDS.map((name) => [name, inRange(field(field(root, 'thresholds'), name), 0, 10)]),
  ) as TurnersSpec['thresholds'];
  const sides = { light: words(field(root, 'light'), MOST_NAME), dark: words(field(root, 'dark'), MOST_NAME) };
  const stories = ascending(field(root, 'stories'), 'number of stories', fours);
  const tests = integer(field(root, 'tests'), 1, 16);
  const topicsNode = field(root, 'topics');
  const plain = unnamedOnce(root, [sides.light, sides.dark], MOST_CHARACTERS);
  const topics = list(topicsNode, 2, MOST_TOPICS).map((node) => parseTopic(node, tests, plain));
  const ids = topics.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice !== undefined)
    root.refuse(`${topicsNode.path} has the id "${twice}" twice. Give each person one of their own.`);
  checkPeople(topicsNode, topics, stories.at(-1) ?? 0);
  checkMeanLengths(
    topicsNode,
    topicsNode.path,
    topics.flatMap(({ acts }) => acts),
  );
  const quick = field(root, 'quick');
  return {
    ...head,
    ...sides,
    thresholds,
    seenBefore: words(field(root, 'seenBefore'), 2000),
    stories,
    tests,
    quick: {
      topics: integer(field(quick, 'topics'), 1, topics.length),
      stories: list(field(quick, 'stories'), 1, 8).map((node) => {
        const count = fours(node);
        return stories.includes(count)
          ? count
          : node.refuse(`${node.path} is ${count}, which is not among spec.stories.`);
      }),
    },
    topics,
  };
}

/** Two of each pronoun, one that turns to either side. */
function fours(node: JsonNode): number {
  const value = integer(node, 4, MOST_STORIES);
  return value % 4 === 0
    ? value
    : node.refuse(`${node.path} must be a multiple of 4: two women and two men, one of each side. It is ${value}.`);
}

function parseTopic(node: JsonNode, tests: number, plain: (item: JsonNode) => string): Topic {
  const nameNode = field(node, 'name');
  const name = words(nameNode, MOST_NAME);
  plain(nameNode);
  const settingNode = field(node, 'setting');
  const setting = plain(settingNode);
  if (!setting.startsWith(`${name} `))
    settingNode.refuse(`${settingNode.path} must begin with the name, ${name}, got ${shown(setting)}.`);
  return {
    id: identifier(field(node, 'id')),
    name,
    pronoun: oneOf(field(node, 'pronoun'), ['he', 'she']),
    setting,
    acts: list(field(node, 'acts'), Math.max(STORY_ACTS, START_ACTS + tests), MOST_ACTS).map((act): Act => ({
      light: plain(actOf(field(act, 'light'))),
      dark: plain(actOf(field(act, 'dark'))),
    })),
  };
}

/** An act goes on behind a name. */
function actOf(node: JsonNode): JsonNode {
  return /^[a-z][^\n]+[.!?]["”]?$/.test(text(node))
    ? node
    : node.refuse(
        `${node.path} must go on behind a name, with a small letter first and a full stop last, got ${shown(text(node))}.`,
      );
}

/** Whoever is asked about, enough others of each pronoun must be left for the stories before. */
function checkPeople(node: JsonNode, topics: readonly Topic[], most: number): void {
  for (const pronoun of ['she', 'he'] as const) {
    const count = topics.filter((topic) => topic.pronoun === pronoun).length;
    if (count < most / 2 + 1)
      node.refuse(
        `${node.path} has ${count} people who are "${pronoun}"; ${most} stories of others need ${most / 2 + 1}, the one who is asked about among them.`,
      );
  }
}
