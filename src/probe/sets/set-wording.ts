/** Wording of a prompt set's turns: punctuation, pronouns, repeated texts and the names of the poles. */
import type { Axis } from '../probe-types.ts';
import { type ByPole, byPole, groupBy, scenesOf, SET_POLES, type SetPole, type SetRow } from './set-rows.ts';
import { wordsOf } from '../../text/words.ts';

/** A text that stands in more than one row. */
export interface Duplicate {
  readonly text: string;
  /** Indices of the rows, from 0. */
  readonly rows: readonly number[];
}

/** A word in the turns that names a pole or comes from its name. */
export interface PoleWord {
  readonly pole: SetPole;
  readonly word: string;
  /** Turns that hold it. */
  readonly rows: number;
}

/** Share of turns in which a pronoun stands. */
export interface PronounShare {
  readonly pronoun: 'she' | 'he' | 'I' | 'you';
  readonly share: ByPole<number | null>;
}

/** Punctuation of the topics in which turns can be compared. */
export interface Punctuation {
  readonly topics: number;
  /** Those whose turns of the same context and style have other marks, or the same in another order. */
  readonly uneven: readonly string[];
}

/** The marks of a text in order: . , ; : ! ? and quotation and dash marks, curly quotes as straight ones, all dashes alike. */
export function marksOf(text: string): string {
  const plain = text
    .replaceAll(/[“”„«»]/g, '"')
    .replaceAll('…', '...')
    .replaceAll(/[–—]|--|(?<=\s)-(?=\s)/g, '—');
  return (plain.match(/[.,;:!?"—]/g) ?? []).join('');
}

/** In how many topics the turns share their punctuation. */
export function punctuation(rows: readonly SetRow[]): Punctuation {
  const scenes = scenesOf(rows).filter((scene) => scene.length > 1);
  const topicOf = (scene: readonly SetRow[]): string => scene[0]?.topic ?? '';
  const uneven = scenes.filter((scene) => new Set(scene.map((row) => marksOf(row.text))).size > 1);
  return { topics: new Set(scenes.map(topicOf)).size, uneven: [...new Set(uneven.map(topicOf))] };
}

const PRONOUNS = {
  she: ['she', 'her', 'hers', 'herself'],
  he: ['he', 'him', 'his', 'himself'],
  I: ['i', 'me', 'my', 'mine', 'myself'],
  you: ['you', 'your', 'yours', 'yourself'],
} as const;

/** Share of each pole's turns that hold a form of she, he, I and you. */
export function pronounShares(rows: readonly SetRow[]): PronounShare[] {
  return (['she', 'he', 'I', 'you'] as const).map((pronoun) => {
    const forms: readonly string[] = PRONOUNS[pronoun];
    const holds = (row: SetRow): boolean => wordsOf(row.text).some((word) => forms.includes(word.replace(/'.*/, '')));
    return {
      pronoun,
      share: byPole(rows, (part) => (part.length === 0 ? null : part.filter(holds).length / part.length)),
    };
  });
}

/** Texts that stand in more than one row but for case and spaces, as the first row has them. */
export function duplicates(rows: readonly SetRow[]): Duplicate[] {
  const index = new Map(rows.map((row, i) => [row, i]));
  const same = groupBy(rows, (row) => row.text.toLowerCase().trim().replaceAll(/\s+/g, ' ')).filter(
    (group) => group.length > 1,
  );
  return same.map((group) => ({ text: group[0]?.text ?? '', rows: group.map((row) => index.get(row) ?? -1) }));
}

/** Contexts within a topic that not every pole of the topic has: the scene alone then gives the label away. */
export function unsharedContexts(rows: readonly SetRow[]): string[] {
  const poles = (part: readonly SetRow[]): number => new Set(part.map((row) => row.pole)).size;
  const uneven = groupBy(rows, (row) => row.topic).filter((topic) =>
    groupBy(topic, (row) => row.context).some((scene) => poles(scene) < poles(topic)),
  );
  return uneven.map((topic) => topic[0]?.topic ?? '');
}

/** Words of the turns that name a pole or are made from its name: kindness, unkind, treachery. */
export function poleWords(rows: readonly SetRow[], axis: Axis): PoleWord[] {
  const words = rows.map((row) => new Set(wordsOf(row.text).map((word) => word.replace(/'.*/, ''))));
  return SET_POLES.flatMap((pole) => {
    const pattern = formsOf(axis[pole]);
    const found = new Map<string, number>();
    for (const text of words)
      for (const word of text) if (pattern.test(word)) found.set(word, (found.get(word) ?? 0) + 1);
    return [...found].map(([word, count]) => ({ pole, word, rows: count }));
  });
}

const ADJECTIVE = /(?:ous|ive|ful|y|e)$/;
const ENDING =
  's|es|ed|er|est|ing|ly|ness|y|ily|iness|ier|iest|e|ely|eness|ty|ity|ery|ion|ions|ful|fully|fulness|ous|ously|ive|ively';

/** Matches the words of a pole's name and their forms. Short parts of a name of several words, as "not", are passed over. */
function formsOf(name: string): RegExp {
  const parts = name.toLowerCase().match(/\p{L}+/gu) ?? [];
  const long = parts.filter((part) => part.length >= 4);
  const stems = (long.length > 0 ? long : parts).flatMap((part) => {
    const stem = part.replace(ADJECTIVE, '');
    return stem.length >= 4 ? [part, stem] : [part];
  });
  return stems.length === 0 ? /(?!)/ : new RegExp(`^(?:un|dis|in|im|non)?(?:${stems.join('|')})(?:${ENDING})?$`, 'u');
}
