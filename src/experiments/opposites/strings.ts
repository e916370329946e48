/**
 * What the strings of an `opposites` spec must look like, so that no difference can come from their form or from a word
 * that gives X away.
 */
import { type JsonNode, words } from '../../json/json-path.ts';
import { shown } from '../../base/shown.ts';
import { namedIn, onceEach } from '../spec-checks.ts';

/** One pair of opposites. */
export interface OppositesAxis {
  readonly id: string;
  /** Whether it is about right and wrong. */
  readonly moral: boolean;
  /** Whether X has a natural antonym; otherwise the opposite is constructed by the spec's rule. */
  readonly opposable: boolean;
  readonly x: string;
  readonly opposite: string;
  /** X as a person is called: `an honest man`, `a poacher`. */
  readonly called: string;
  /** How good X and its opposite are to be, -2 to 2, rated apart from `moral`. */
  readonly valence: number;
  readonly oppositeValence: number;
  /** Sentences that show X without naming it. */
  readonly shows: readonly string[];
  /** Clauses that go on after a trigger: acts of X, and of the opposite. */
  readonly acts: readonly string[];
  readonly oppositeActs: readonly string[];
}

const MOST_CHARACTERS = 200;

/** One sentence about somebody: `He ... .` */
export function sentence(node: JsonNode): string {
  const value = words(node, MOST_CHARACTERS);
  return /^He [^.!?\n]+\.$/.test(value)
    ? value
    : node.refuse(
        `${node.path} must be one sentence that begins with "He" and ends with a full stop, got ${shown(value)}.`,
      );
}

/** What follows a trigger: `sold the brass ring as gold.` */
export function clause(node: JsonNode): string {
  const value = words(node, MOST_CHARACTERS);
  return /^[a-z][^.!?\n]+ [^.!?\n]+\.$/.test(value)
    ? value
    : node.refuse(
        `${node.path} must be a clause that begins with a small letter and ends with its only full stop, got ${shown(value)}.`,
      );
}

/** What a clause follows: `The next morning he`. */
export function triggerOf(node: JsonNode): string {
  const value = words(node, MOST_CHARACTERS);
  return /^[A-Z][^.!?\n]* he$/.test(value)
    ? value
    : node.refuse(`${node.path} must begin with a capital and end with "he", got ${shown(value)}.`);
}

/**
 * Refuses an id that stands twice, a string that stands twice anywhere, a name of X or of its opposite in what shows
 * them, and an empty cell.
 */
export function checkAxes(
  node: JsonNode,
  axes: readonly OppositesAxis[],
  neutralNode: JsonNode,
  neutral: readonly string[],
): void {
  const once = onceEach(node);
  axes.forEach((axis, a) => {
    const path = `${node.path}[${a}]`;
    once(`id ${axis.id}`, `${path}.id`);
    for (const key of ['shows', 'acts', 'oppositeActs'] as const) {
      axis[key].forEach((value, i) => {
        once(value, `${path}.${key}[${i}]`);
        const name = namedIn(value, [axis.x, axis.opposite]);
        if (name !== null)
          node.refuse(
            `${path}.${key}[${i}] holds "${name}", which names ${axis.x} or ${axis.opposite}: ${shown(value)}. Show it in other words.`,
          );
      });
    }
  });
  neutral.forEach((value, i) => once(value, `${neutralNode.path}[${i}]`));
  for (const moral of [true, false]) {
    for (const opposable of [true, false]) {
      if (axes.some((axis) => axis.moral === moral && axis.opposable === opposable)) continue;
      node.refuse(
        `${node.path} has no axis with moral ${moral} and opposable ${opposable}; every combination needs some.`,
      );
    }
  }
}
