/** What the strings of a mixture spec must be true of; each check refuses by path. */
import { wordsOf } from '../../text/words.ts';
import { shown } from '../../base/shown.ts';
import { type JsonNode, text } from '../../json/json-path.ts';
import { type ByPole, type MixtureSpec, POLES, type Scene, type Topic } from './spec.ts';

/** Texts that stand for one another may differ in characters by this share of the longer one. */
const LIKE_LENGTH = 0.15;

/** Two texts of a pair are about as long, and not the same. */
export function checkLikeLengths(
  node: JsonNode,
  firstKey: string,
  first: string,
  secondKey: string,
  second: string,
): void {
  if (first === second)
    node.refuse(
      `${node.path}.${secondKey} is the same as ${firstKey}: ${shown(first)}. What is said is all that tells them apart.`,
    );
  if (Math.abs(first.length - second.length) > LIKE_LENGTH * Math.max(first.length, second.length))
    node.refuse(
      `${node.path}.${secondKey} has ${second.length} characters and ${firstKey} has ${first.length}; they must not differ by more than ${100 * LIKE_LENGTH} %, or length would tell them apart.`,
    );
}

/** One sentence that begins with the pronoun, so that it can stand in any place. */
export function sentenceBy(node: JsonNode, pronoun: Scene['pronoun']): void {
  const begins = pronoun === 'he' ? 'He' : 'She';
  const value = text(node);
  if (!value.startsWith(`${begins} `) || !/^[^.!?\n]+\.$/u.test(value))
    node.refuse(
      `${node.path} must be one sentence that begins with "${begins}" and ends with its only full stop, got ${shown(value)}.`,
    );
}

/** Both ways of going on begin with the same two words, so that the choice is about what follows. */
export function checkOpening(node: JsonNode, { kind, cruel }: ByPole): void {
  const opening = (value: string): string => value.split(' ').slice(0, 2).join(' ');
  if (opening(kind) !== opening(cruel))
    node.refuse(
      `${node.path}.cruel must begin with the words ${shown(opening(kind))} as kind does, got ${shown(cruel)}.`,
    );
}

/** Ids and names differ, and there are as many men as women; `which` says of which topics. */
export function checkNames(node: JsonNode, topics: readonly Topic[], which: string): void {
  for (const key of ['id', 'name'] as const) {
    const all = topics.map((topic) => topic[key]);
    const again = all.findIndex((value, at) => all.indexOf(value) !== at);
    if (again >= 0)
      node.refuse(`${node.path}[${again}].${key} is ${shown(all[again])}, as that of another; give it its own.`);
  }
  const he = topics.filter(({ pronoun }) => pronoun === 'he').length;
  if (2 * he !== topics.length)
    node.refuse(
      `${node.path}: of ${which} ${he} are about a man and ${topics.length - he} about a woman; both must be as many.`,
    );
}

/** Every string of the spec with its path. */
function* stringsOf({
  frames,
  taps: readoutTexts,
  topics,
  fit,
}: MixtureSpec): Generator<{ readonly path: string; readonly value: string }> {
  for (const [frame, value] of Object.entries(frames)) yield { path: `frames.${frame}`, value };
  for (const [at, value] of readoutTexts.entries()) yield { path: `taps[${at}]`, value };
  for (const [list, scenes] of [
    ['topics', topics],
    ['fit', fit],
  ] as const) {
    for (const [s, scene] of scenes.entries()) {
      yield { path: `${list}[${s}].setting`, value: scene.setting };
      const pairs: [string, readonly ByPole[]][] = [
        ['evidence', scene.evidence],
        ['continuations', (scene as Partial<Topic>).continuations ?? []],
      ];
      for (const [key, all] of pairs)
        for (const [at, pair] of all.entries())
          for (const pole of POLES) yield { path: `${list}[${s}].${key}[${at}].${pole}`, value: pair[pole] };
    }
  }
}

/** No string stands twice, anywhere. */
export function checkOnce(root: JsonNode, spec: MixtureSpec): void {
  const seen = new Map<string, string>();
  for (const { path, value } of stringsOf(spec)) {
    const before = seen.get(value);
    if (before !== undefined)
      root.refuse(`${root.path}.${path} is the same as ${root.path}.${before}: ${shown(value)}. Write another one.`);
    seen.set(value, path);
  }
}

/** No string holds a keyword. */
export function checkKeywords(root: JsonNode, spec: MixtureSpec): void {
  const keywords = new Set(spec.keywords.flatMap(wordsOf));
  for (const { path, value } of stringsOf(spec)) {
    const found = wordsOf(value).find((word) => keywords.has(word));
    if (found !== undefined)
      root.refuse(
        `${root.path}.${path} holds the keyword "${found}": ${shown(value)}. Say it in other words, or the word would give it away.`,
      );
  }
}
