/** Values that several of our files hold, each refused by its path. Pure. */
import type { Axis, TextHabits } from '../probe/probe-types.ts';
import type { SamplingOptions } from '../reading/reading.ts';
import { shown } from '../base/shown.ts';
import { field, has, integer, type JsonNode, list, number, text, words } from './json-path.ts';

/** A finite number between `low` and `high`, both included. */
export function inRange(node: JsonNode, low: number, high: number): number {
  const value = number(node);
  return value >= low && value <= high
    ? value
    : node.refuse(`${node.path} must lie between ${low} and ${high}, got ${value}.`);
}

/** A finite number above 0. */
export function positive(node: JsonNode): number {
  const value = number(node);
  return value > 0 ? value : node.refuse(`${node.path} must be greater than 0, got ${value}.`);
}

/** A share: 0 to 1. */
export function share(node: JsonNode): number {
  return inRange(node, 0, 1);
}

/** `count` values, each read by `read`. */
export function exactly<T>(node: JsonNode, count: number, read: (item: JsonNode) => T): T[] {
  return list(node, count, count).map(read);
}

/** 64 small hexadecimal digits. */
export function sha256(node: JsonNode): string {
  const value = text(node);
  return /^[0-9a-f]{64}$/.test(value)
    ? value
    : node.refuse(
        `${node.path} must be a SHA-256 of 64 hexadecimal digits, got ${JSON.stringify(value.slice(0, 80))}.`,
      );
}

/** A day, `YYYY-MM-DD`. */
function day(node: JsonNode): string {
  const value = text(node);
  return /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(value)
    ? value
    : node.refuse(`${node.path} must be a day such as 2024-07-26, got ${JSON.stringify(value.slice(0, 80))}.`);
}

/** How texts were put to a model, where a file says so. */
export function parseHabits(node: JsonNode): TextHabits {
  return {
    ...(has(node, 'startToken') ? { startToken: words(field(node, 'startToken'), 200) } : {}),
    ...(has(node, 'chatDate') ? { chatDate: day(field(node, 'chatDate')) } : {}),
  };
}

/** A name that is safe in a path. */
export function identifier(node: JsonNode): string {
  const value = text(node);
  return /^[a-z0-9][a-z0-9.-]{0,79}$/.test(value)
    ? value
    : node.refuse(
        `${node.path} must hold 1 to 80 small letters, digits, dots and hyphens, got ${JSON.stringify(value.slice(0, 80))}.`,
      );
}

/** One of a closed list of words. */
export function oneOf<T extends string>(node: JsonNode, allowed: readonly T[]): T {
  return (
    allowed.find((value) => value === node.value) ??
    node.refuse(`${node.path} must be one of ${allowed.join(', ')}, got ${shown(node.value)}.`)
  );
}

/** `true` or `false`. */
export function flag(node: JsonNode): boolean {
  return typeof node.value === 'boolean'
    ? node.value
    : node.refuse(`${node.path} must be true or false, got ${shown(node.value)}.`);
}

/** The poles and the neutral origin. */
export function parseAxis(node: JsonNode): Axis {
  return {
    positive: words(field(node, 'positive'), 80),
    negative: words(field(node, 'negative'), 80),
    neutral: words(field(node, 'neutral'), 80),
  };
}

/** How the words of a continuation are chosen, within what the page offers. */
export function parseSampling(node: JsonNode): SamplingOptions {
  const topP = field(node, 'topP');
  return {
    temperature: inRange(field(node, 'temperature'), 0, 2),
    // Files from before there was a top-k have none, which is what 0 says.
    topK: has(node, 'topK') ? integer(field(node, 'topK'), 0, 1000) : 0,
    topP: Math.min(positive(topP), inRange(topP, 0, 1)),
    seed: integer(field(node, 'seed'), 0, 0xffffffff),
    maxTokens: integer(field(node, 'maxTokens'), 1, 100_000),
  };
}
