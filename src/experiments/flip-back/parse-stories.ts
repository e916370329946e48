/** Reads stories and refuses, by path, those whose two versions differ in more than what they should. */
import { field, has, type JsonNode, list, words } from '../../json/json-path.ts';
import { identifier } from '../../json/json-values.ts';
import { BEATS, type Schedule, type Special, SPECIALS, type Story } from './schedules.ts';
import { refuseTwins } from './twins.ts';

/** How far the versions of a beat, and of a story, may differ in characters, as a share of their mean. */
const BEAT_LENGTHS = 0.2;
const STORY_LENGTHS = 0.1;

/** Longest sentence in characters. */
const LONGEST = 400;

/** Two stories or more; a story needs the special sentences that the schedules of its axis use. */
export function parseStories(node: JsonNode, schedules: readonly Schedule[], keywords: readonly string[]): Story[] {
  const needed = SPECIALS.filter((use) => schedules.some(({ special }) => special.some((own) => own.use === use)));
  const stories = list(node, 2, 200).map((item) => parseStory(item, needed, keywords));
  refuseTwins(
    node,
    stories.map(({ id }) => id),
    'id',
  );
  refuseTwins(
    node,
    stories.map(({ opening }) => opening),
    'opening',
  );
  return stories;
}

function parseStory(node: JsonNode, needed: readonly Special[], keywords: readonly string[]): Story {
  const beatsNode = field(node, 'beats');
  const beats = list(beatsNode, BEATS, BEATS).map((beat) => {
    const versions = { light: plain(field(beat, 'light'), keywords), dark: plain(field(beat, 'dark'), keywords) };
    sameLength(beat, versions.light.length, versions.dark.length, BEAT_LENGTHS);
    return versions;
  });
  const all = (pole: 'light' | 'dark'): number => beats.reduce((sum, beat) => sum + beat[pole].length, 0);
  sameLength(beatsNode, all('light'), all('dark'), STORY_LENGTHS);
  const specials: Partial<Record<Special, string>> = {};
  for (const use of SPECIALS)
    if (needed.includes(use) || has(node, use)) specials[use] = words(field(node, use), LONGEST);
  return { id: identifier(field(node, 'id')), opening: words(field(node, 'opening'), LONGEST), ...specials, beats };
}

/** A sentence without any of the keywords. */
function plain(node: JsonNode, keywords: readonly string[]): string {
  const sentence = words(node, LONGEST);
  const found = sentence
    .toLowerCase()
    .match(/\p{L}+/gu)
    ?.find((word) => keywords.includes(word));
  return found === undefined
    ? sentence
    : node.refuse(
        `${node.path} holds the keyword "${found}", by which the pole could be told without reading; write it another way.`,
      );
}

function sameLength(node: JsonNode, light: number, dark: number, most: number): void {
  const apart = Math.abs(light - dark) / ((light + dark) / 2);
  if (apart > most)
    node.refuse(
      `${node.path}: the light version has ${light} characters and the dark one ${dark}, ${Math.round(apart * 100)} % apart; at most ${most * 100} % are allowed.`,
    );
}
