/** What several designs ask of the lists and strings of their specs, so that nothing is there twice or gives a pole away. Pure. */
import { shown } from '../base/shown.ts';
import { type JsonNode, list, words } from '../json/json-path.ts';
import { mean } from '../stats/stats.ts';

/** How many letters of a name its other forms share: `generous`, `generosity`. */
const STEM = 5;

/** Shorter parts of a name of several words (`of`, `the`) say nothing by themselves. */
const SHORTEST_PART = 4;

/** One to eight numbers, each above the one before it; `what` names one of them in refusals. */
export function ascending(node: JsonNode, what: string, read: (item: JsonNode) => number): number[] {
  return list(node, 1, 8).map((item, i, all) => {
    const value = read(item);
    return i === 0 || value > Number(all[i - 1]?.value)
      ? value
      : item.refuse(`${item.path} must be above the ${what} before it, got ${value}.`);
  });
}

/** Takes strings with their paths, and refuses at `node` one that it has taken before. */
export function onceEach(node: JsonNode): (value: string, path: string) => void {
  const seen = new Map<string, string>();
  return (value, path) => {
    const before = seen.get(value);
    if (before !== undefined) node.refuse(`${path} is the same as ${before}: ${shown(value)}. Write another one.`);
    seen.set(value, path);
  };
}

/** The first word of `value` that is a form of a part of one of the names, or null. */
export function namedIn(value: string, names: readonly string[]): string | null {
  const parts = names
    .flatMap((name) => wordsOf(name).filter((part, _, all) => all.length === 1 || part.length >= SHORTEST_PART))
    .map((part) => part.slice(0, STEM));
  return wordsOf(value).find((word) => parts.some((part) => word.startsWith(part))) ?? null;
}

/**
 * Reads texts of at most `most` characters. Refuses one that stands twice, as {@link onceEach} at `node`, and one that holds a form of
 * one of the two names, which it is to show and not to say.
 */
export function unnamedOnce(
  node: JsonNode,
  [light, dark]: readonly [light: string, dark: string],
  most: number,
): (item: JsonNode) => string {
  const once = onceEach(node);
  return (item) => {
    const value = words(item, most);
    once(value, item.path);
    const name = namedIn(value, [light, dark]);
    return name === null
      ? value
      : item.refuse(
          `${item.path} holds "${name}", which names ${light} or ${dark}: ${shown(value)}. Show it in other words.`,
        );
  };
}

/** The mean lengths of both versions may differ by this share. */
const LENGTH_SHARE = 0.15;

/** Refuses versions that their length would tell apart; `path` names them. */
export function checkMeanLengths(
  node: JsonNode,
  path: string,
  some: readonly { readonly light: string; readonly dark: string }[],
): void {
  const [light, dark] = [mean(some.map((one) => one.light.length)), mean(some.map((one) => one.dark.length))];
  if (Math.abs(light - dark) > LENGTH_SHARE * Math.max(light, dark))
    node.refuse(
      `${path}: the light versions have ${light.toFixed(0)} characters on average and the dark ones ${dark.toFixed(0)}; they must not differ by more than ${100 * LENGTH_SHARE} %, or length would tell them apart.`,
    );
}

/** Small letters only; hyphens and apostrophes part words. */
function wordsOf(value: string): string[] {
  return value.toLowerCase().match(/[a-z]+/g) ?? [];
}
