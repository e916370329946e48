/** What the stimuli of an authors spec must be true of; each check refuses by path. */
import { wordCount, wordsOf } from '../../text/words.ts';
import { field, type JsonNode, list } from '../../json/json-path.ts';
import {
  AUTHORS,
  type Author,
  type AuthorsSpec,
  type Character,
  type Scenario,
  type Story,
  strongest,
} from './spec.ts';

/** Texts that stand for one another may differ in words by this share of the longer one. */
const LIKE_LENGTH = 0.15;

/** Two texts of a pair are about as long. */
export function checkLikeLengths(
  node: JsonNode,
  firstKey: string,
  first: string,
  secondKey: string,
  second: string,
): void {
  const [a, b] = [wordCount(first), wordCount(second)];
  if (Math.abs(a - b) > LIKE_LENGTH * Math.max(a, b))
    node.refuse(
      `${node.path}.${secondKey} has ${b} words and ${firstKey} has ${a}; they must not differ by more than ${100 * LIKE_LENGTH} %, or length would tell them apart.`,
    );
}

/** The narration is the same for both characters, and the quotes are not. */
export function checkStories(node: JsonNode, { hero, villain }: Readonly<Record<Character, Story>>): void {
  for (const span of ['before', 'after'] as const) {
    if (hero[span] !== villain[span])
      node.refuse(
        `${node.path}.villain.${span} differs from hero.${span}; narration must be the same in all cells, so that only the context can make a difference there.`,
      );
  }
  if (hero.quote === villain.quote)
    node.refuse(
      `${node.path}.villain.quote is the same as hero.quote; what is said is all that tells the characters apart.`,
    );
  checkLikeLengths(node, 'hero.quote', hero.quote, 'villain.quote', villain.quote);
}

/** No two of a list have one id. */
export function checkUnique(node: JsonNode, ids: readonly string[]): void {
  ids.forEach((id, at) => {
    if (ids.indexOf(id) !== at) node.refuse(`${node.path}[${at}].id is "${id}", as that of another; ids must differ.`);
  });
}

/** Scenario and template together name a unit. */
export function checkUnits(node: JsonNode, ids: readonly string[]): void {
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined)
    node.refuse(
      `${node.path}: two units have the id ${twice}, which is made of a scenario's and a template's; name one of them otherwise.`,
    );
}

/** Every byline signs as many kind as cruel authors, so that no name goes with a valence; `which` says of which scenarios. */
export function checkNames(node: JsonNode, scenarios: readonly Scenario[], which: string): void {
  const signs = new Map<string, Record<Author, number>>();
  scenarios.forEach(({ names }, at) => {
    if (new Set(Object.values(names)).size !== 3)
      node.refuse(
        `${node.path}[${at}] has bylines ${Object.values(names).join(', ')}; kind, cruel and unseen must be three names.`,
      );
    for (const author of AUTHORS) {
      const count = signs.get(names[author]) ?? { kind: 0, cruel: 0 };
      signs.set(names[author], { ...count, [author]: count[author] + 1 });
    }
  });
  for (const [name, { kind, cruel }] of signs) {
    if (kind !== cruel)
      node.refuse(
        `${node.path}: over ${which} scenarios ${name} signs ${kind} kind and ${cruel} cruel authors; every name must sign as many of both, or the name would tell the author.`,
      );
  }
}

/** There are enough excerpts, and none speaks of what a story is about. */
export function checkExcerpts(node: JsonNode, spec: AuthorsSpec): void {
  const needed = Math.max(strongest(spec), 2 * spec.bindingExcerpts);
  if (spec.excerpts.length < needed)
    node.refuse(
      `${node.path} must have ${needed} items or more, got ${spec.excerpts.length}: a context takes so many of one author, or half as many of each.`,
    );
  const scenarios = [...spec.scenarios, ...spec.fit];
  list(node, needed, spec.excerpts.length).forEach((item, at) => {
    for (const author of AUTHORS) {
      const said = new Set(wordsOf(spec.excerpts[at]?.[author] ?? ''));
      const shared = scenarios.find(({ topic }) => wordsOf(topic).some((word) => said.has(word)));
      if (shared !== undefined)
        item.refuse(
          `${field(item, author).path} speaks of "${shared.topic}", the topic of scenario ${shared.id}; excerpts must be about something else.`,
        );
    }
  });
}
