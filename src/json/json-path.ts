/** Reading untrusted JSON with the path of every value at hand, so that a refusal says where. Pure. */
import { nearestWord } from '../base/nearest-word.ts';
import { DEEPEST_JSON, shown, tooDeep } from '../base/shown.ts';

/** What a refusal does: it throws. The path and the sentence are already in the message. */
export type Refuse = (message: string) => never;

/** A JSON value, where it lies, and how to refuse it. */
export interface JsonNode {
  readonly value: unknown;
  readonly path: string;
  readonly refuse: Refuse;
  /** Where it is wanted: which members of which objects were asked for, so that {@link refuseUnknown} can tell of the others. */
  readonly asked?: Asked;
}

/** The names that were asked for, by the object that was asked. */
export type Asked = Map<object, Set<string>>;

/** Parses a file and checks its `format` and `version` fields; `name` begins every path. */
export function fileObject(source: string, name: string, format: string, version: number, refuse: Refuse): JsonNode {
  const root = jsonRoot(source, name, refuse);
  checkFormat(root, format, version);
  return root;
}

/** Parses JSON; `name` begins every path. */
export function jsonRoot(source: string, name: string, refuse: Refuse): JsonNode {
  if (tooDeep(source))
    return refuse(`${name} nests lists and objects more than ${DEEPEST_JSON} deep, which no file of Flipside does.`);
  try {
    return { value: JSON.parse(source) as unknown, path: name, refuse };
  } catch (error) {
    return refuse(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** Refuses an object whose `format` is another one, or whose `version` is newer than `version`. */
export function checkFormat(root: JsonNode, format: string, version: number): void {
  const { path, refuse } = root;
  const found = text(field(root, 'format'));
  if (found !== format) refuse(`${path}.format must be "${format}", got ${shown(found)}.`);
  const foundVersion = integer(field(root, 'version'), 1, Number.MAX_SAFE_INTEGER);
  if (foundVersion > version)
    refuse(`${path}.version is ${foundVersion}, written by a newer Flipside; this one reads up to ${version}.`);
}

/** Whether an object has a member of that name. */
export function has(node: JsonNode, key: string): boolean {
  if (typeof node.value !== 'object' || node.value === null) return false;
  remember(node, node.value, key);
  return Object.hasOwn(node.value, key);
}

/** A member of an object; refuses when the value is no object or lacks it. */
export function field(node: JsonNode, key: string): JsonNode {
  const { value, path, refuse } = node;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${path} must be an object, got ${kindOf(value)}.`);
  remember(node, value, key);
  if (!Object.hasOwn(value, key)) return refuse(`${path}.${key} is missing.`);
  return { ...node, value: (value as Record<string, unknown>)[key], path: `${path}.${key}` };
}

function remember({ asked }: JsonNode, object: object, key: string): void {
  if (asked === undefined) return;
  const names = asked.get(object);
  if (names === undefined) asked.set(object, new Set([key]));
  else names.add(key);
}

/**
 * Refuses the first member that nobody asked for, at any depth, and names the nearest that somebody did: a misspelt name would
 * otherwise change nothing, in silence. For a root with `asked`, when everything has been read. Objects of which
 * nothing was asked are left alone.
 */
export function refuseUnknown(root: JsonNode): void {
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) return value.forEach((item, index) => visit(item, `${path}[${index}]`));
    if (typeof value !== 'object' || value === null) return;
    const known = root.asked?.get(value);
    for (const [key, member] of Object.entries(value)) {
      if (known !== undefined && !known.has(key))
        root.refuse(
          `${path}.${key} is not known; the nearest name that is known there is ${nearestWord(key, known)}. Take it out, or correct its name.`,
        );
      visit(member, `${path}.${key}`);
    }
  };
  visit(root.value, root.path);
}

/** The items of an array whose length lies between `least` and `most`. */
export function list(node: JsonNode, least: number, most: number): JsonNode[] {
  const { value, path, refuse } = node;
  if (!Array.isArray(value)) return refuse(`${path} must be a list, got ${kindOf(value)}.`);
  if (value.length < least || value.length > most) {
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    return refuse(`${path} must have ${wanted} items, got ${value.length}.`);
  }
  return value.map((item: unknown, index) => ({ ...node, value: item, path: `${path}[${index}]` }));
}

/** A string. */
export function text(node: JsonNode): string {
  return typeof node.value === 'string'
    ? node.value
    : node.refuse(`${node.path} must be a string, got ${kindOf(node.value)}.`);
}

/**
 * Plain words: a string of 1 to `most` characters without white space at either end and without characters that cannot
 * be seen (control and bidirectional control characters, halves of surrogate pairs); tabs and line breaks may stand inside.
 */
export function words(node: JsonNode, most: number): string {
  const { path, refuse } = node;
  const value = text(node);
  if (value === '') refuse(`${path} is empty.`);
  if (value.length > most) refuse(`${path} must have at most ${most} characters, got ${value.length}.`);
  if (value !== value.trim()) refuse(`${path} must not begin or end with white space.`);
  const hidden = UNSEEN.exec(value);
  if (hidden !== null)
    refuse(
      `${path} holds the invisible character U+${(hidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} at ${hidden.index + 1}; delete it.`,
    );
  return value;
}

const UNSEEN =
  /[\p{Surrogate}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** A finite number. */
export function number(node: JsonNode): number {
  const { value, path, refuse } = node;
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : refuse(`${path} must be a finite number, got ${kindOf(value)}.`);
}

/** A whole number between `least` and `most`. */
export function integer(node: JsonNode, least: number, most: number): number {
  const value = number(node);
  const fits = Number.isInteger(value) && value >= least && value <= most;
  return fits ? value : node.refuse(`${node.path} must be a whole number from ${least} to ${most}, got ${value}.`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `${typeof value} ${shown(value)}`;
}
