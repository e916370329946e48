/** Reads and checks what only `midpoint` specs say; every refusal names its path. */
import { field, integer, type JsonNode, list, text, words } from '../../json/json-path.ts';
import { identifier, inRange, oneOf } from '../../json/json-values.ts';
import { shown } from '../../base/shown.ts';
import type { SpecHead } from '../design.ts';
import { ascending, checkMeanLengths, unnamedOnce } from '../spec-checks.ts';
import { AXIS_IDS, type MidpointAxis, type MidpointSpec, type Story, type Test, THRESHOLDS } from './spec.ts';

const MOST_CHARACTERS = 300;
const MOST_ACTS = 128;
const MOST_STORIES = 200;

/** The spec, or a refusal by path. */
export function parseMidpoint(root: JsonNode, head: SpecHead): MidpointSpec {
  const thresholds = Object.fromEntries(
    THRESHOLDS.map((name) => [name, inRange(field(field(root, 'thresholds'), name), 0, 1)]),
  ) as MidpointSpec['thresholds'];
  if (thresholds.attractor >= thresholds.noAttractor)
    root.refuse(
      `${root.path}.thresholds.attractor must lie below noAttractor, ${thresholds.noAttractor}, got ${thresholds.attractor}.`,
    );
  const axesNode = list(field(root, 'axes'), AXIS_IDS.length, AXIS_IDS.length);
  const blocks = even(field(root, 'blocks'));
  const axes = axesNode.map((node, i) => parseAxis(node, AXIS_IDS.slice(i, i + 1), blocks));
  const fewest = Math.min(...axes.map(({ stories }) => stories.length));
  const [short] = axes.map(({ lengths }) => lengths).sort((one, other) => one.length - other.length);
  const events = field(root, 'events');
  const quick = field(root, 'quick');
  return {
    ...head,
    thresholds,
    seenBefore: words(field(root, 'seenBefore'), 2000),
    blocks,
    events: {
      reveal: words(field(events, 'reveal'), MOST_CHARACTERS),
      dream: words(field(events, 'dream'), MOST_CHARACTERS),
      wake: words(field(events, 'wake'), MOST_CHARACTERS),
      break: words(field(events, 'break'), MOST_CHARACTERS),
    },
    quick: {
      stories: integer(field(quick, 'stories'), 1, fewest),
      lengths: list(field(quick, 'lengths'), 1, 8).map((node) => {
        const length = even(node);
        return short?.includes(length) === true
          ? length
          : node.refuse(`${node.path} is ${length}, which is not among the lengths of every axis.`);
      }),
    },
    axes,
  };
}

function even(node: JsonNode): number {
  const value = integer(node, 2, MOST_ACTS);
  return value % 2 === 0
    ? value
    : node.refuse(`${node.path} must be even, so that half of the acts can be of either side, got ${value}.`);
}

function parseAxis(node: JsonNode, ids: readonly (typeof AXIS_IDS)[number][], blocks: number): MidpointAxis {
  const lengths = ascending(field(node, 'lengths'), 'length', even);
  if (!lengths.includes(blocks))
    node.refuse(
      `${node.path}.lengths must hold blocks, ${blocks}: blocks are compared with pure contexts of that length.`,
    );
  const names = { light: words(field(node, 'light'), 40), dark: words(field(node, 'dark'), 40) };
  const plain = unnamedOnce(node, [names.light, names.dark], MOST_CHARACTERS);
  const actsNode = field(node, 'acts');
  const acts = list(actsNode, lengths.at(-1) ?? 0, MOST_ACTS).map((item) => ({
    light: plain(actOf(field(item, 'light'))),
    dark: plain(actOf(field(item, 'dark'))),
  }));
  const stories = list(field(node, 'stories'), 2, MOST_STORIES).map((item): Story => ({
    id: identifier(field(item, 'id')),
    pronoun: oneOf(field(item, 'pronoun'), ['he', 'she']),
    opening: plain(field(item, 'opening')),
    tests: list(field(item, 'tests'), 1, 16).map((test): Test => ({
      lead: plain(field(test, 'lead')),
      light: plain(field(test, 'light')),
      dark: plain(field(test, 'dark')),
    })),
  }));
  const twice = stories.find(({ id }, i) => stories.findIndex((one) => one.id === id) < i);
  if (twice !== undefined) node.refuse(`${node.path}.stories has the id "${twice.id}" twice. Give each story its own.`);
  checkMeanLengths(node, `${node.path}.acts`, acts);
  checkMeanLengths(
    node,
    `${node.path}.stories`,
    stories.flatMap(({ tests }) => tests),
  );
  return { id: oneOf(field(node, 'id'), ids), ...names, lengths, acts, stories };
}

/** An act is about the person of whatever story it is read in. */
function actOf(node: JsonNode): JsonNode {
  return /^\{He\} [^\n]+[.!?]["”]?$/.test(text(node))
    ? node
    : node.refuse(`${node.path} must begin with "{He} " and end with a full stop, got ${shown(text(node))}.`);
}
