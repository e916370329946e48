/**
 * Rows of a prompt set that a chat model drafts: what it is asked, what its answer gives, and what stands against each row.
 * A draft is no row: the reader takes rows one by one, and what is marked is not ready to be taken.
 */
import type { Axis } from '../probe/probe-types.ts';
import { type SetPole, SET_POLES, type SetRow } from '../probe/sets/set-rows.ts';
import { poleWords } from '../probe/sets/set-wording.ts';
import type { ChatReply, ChatRequest } from './chat-model.ts';

/** A row that was drafted. */
export interface DraftedRow extends SetRow {
  /** Tells drafts apart while they change. */
  readonly key: number;
}

/** Why a drafted row is not ready; `word` is the word of a pole's name that stands in it, `message` what the format refuses. */
export type DraftMark =
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'unbalanced'; readonly lacks: readonly string[] }
  | { readonly kind: 'scene' }
  | { readonly kind: 'repeats' }
  | { readonly kind: 'pole-word'; readonly word: string };

/** What an answer gives: its rows, or why it gives none. */
export type ReadDraft =
  { readonly kind: 'rows'; readonly rows: readonly SetRow[] } | { readonly kind: 'unreadable'; readonly why: string };

/** What the reader says about the axis. */
export interface DraftBrief {
  readonly axis: Axis;
  /** What the poles mean, in the reader's words; may be empty. */
  readonly about: string;
}

const FIELDS = ['scene', ...SET_POLES] as const;
const MOST_TOPICS = 100;

/** The form that an answer is held to. */
const SCHEMA = JSON.stringify({
  type: 'object',
  properties: Object.fromEntries(FIELDS.map((name) => [name, { type: 'string' }])),
  required: FIELDS,
});

/** Topics that the reader wrote, one a line: without blank lines and repeats, those that `taken` has left out. */
export function topicsOf(
  lines: string,
  taken: readonly string[],
): { readonly topics: readonly string[]; readonly leftOut: readonly string[] } {
  const wanted = [
    ...new Set(
      lines
        .split(/\r?\n/)
        .map((line) => line.trim().slice(0, 200))
        .filter((line) => line !== ''),
    ),
  ];
  return {
    topics: wanted.filter((topic) => !taken.includes(topic)).slice(0, MOST_TOPICS),
    leftOut: wanted.filter((topic) => taken.includes(topic)),
  };
}

/** What a chat model is asked for one topic: one scene and what somebody does in it, a turn for each pole. */
export function draftRequest(topic: string, { axis, about }: DraftBrief, seed: number): ChatRequest {
  const { positive, negative, neutral } = axis;
  const asked = [
    `Write one short scene and three ways it can go on. Topic: ${topic}.`,
    `The scene is one sentence that names one person and judges nobody. Each way it goes on is one sentence about what that person does next, 12 to 20 words long, with the same number of words and the same punctuation:`,
    `"positive" is ${positive}, "negative" is ${negative}, "neutral" is ${neutral}.`,
    ...(about.trim() === '' ? [] : [`What is meant: ${about.trim()}`]),
    `Show it by what is done. Do not use the words ${[positive, negative, neutral].map((name) => `"${name}"`).join(', ')} or words made from them.`,
    'Answer with one JSON object with the fields "scene", "positive", "negative" and "neutral", each a string, and nothing else.',
  ];
  return {
    messages: [{ role: 'user', content: asked.join('\n') }],
    maxTokens: 400,
    temperature: 0.9,
    seed,
    schema: SCHEMA,
  };
}

/** The rows of an answer: a JSON object, alone or among other words. Never throws. */
export function readDraft(topic: string, reply: ChatReply): ReadDraft {
  if (!reply.complete) return { kind: 'unreadable', why: 'The answer was cut off before it was complete.' };
  const object = objectIn(reply.text);
  if (object === null) return { kind: 'unreadable', why: 'The answer holds no JSON object.' };
  const missing = FIELDS.filter((name) => typeof object[name] !== 'string' || object[name].trim() === '');
  if (missing.length > 0)
    return { kind: 'unreadable', why: `The answer lacks ${missing.map((name) => `"${name}"`).join(', ')}.` };
  const text = (name: (typeof FIELDS)[number]): string => String(object[name]).trim();
  return { kind: 'rows', rows: SET_POLES.map((pole) => ({ topic, pole, context: text('scene'), text: text(pole) })) };
}

/**
 * What stands against each drafted row, by its key; rows that are ready have an empty list. `existing` are the set's rows,
 * which count for balance and repeats; `refusal` says what the set's format has against a row, null for nothing.
 */
export function markDrafts(
  drafts: readonly DraftedRow[],
  existing: readonly SetRow[],
  axis: Axis,
  refusal: (row: SetRow) => string | null,
): ReadonlyMap<number, readonly DraftMark[]> {
  const all = [...existing, ...drafts];
  const seen = new Map<string, number>();
  for (const row of all) seen.set(plainText(row.text), (seen.get(plainText(row.text)) ?? 0) + 1);
  return new Map(
    drafts.map((row) => {
      const marks: DraftMark[] = [];
      const message = refusal(row);
      if (message !== null) marks.push({ kind: 'refused', message });
      const topic = all.filter((other) => other.topic === row.topic);
      const lacks = lackingPoles(topic).map((pole) => axis[pole]);
      if (lacks.length > 0) marks.push({ kind: 'unbalanced', lacks });
      if (new Set(topic.map((other) => other.context)).size > 1) marks.push({ kind: 'scene' });
      if ((seen.get(plainText(row.text)) ?? 0) > 1) marks.push({ kind: 'repeats' });
      const [named] = poleWords([row], axis);
      if (named !== undefined) marks.push({ kind: 'pole-word', word: named.word });
      return [row.key, marks];
    }),
  );
}

/** Poles that a topic lacks a turn of: as many of one pole as of the other, and at least one neutral. */
function lackingPoles(rows: readonly SetRow[]): SetPole[] {
  const count = (pole: SetPole): number => rows.filter((row) => row.pole === pole).length;
  const wanted = Math.max(1, count('positive'), count('negative'));
  return SET_POLES.filter((pole) => count(pole) < (pole === 'neutral' ? 1 : wanted));
}

/** A text but for case and spaces, as the checks of a set compare them. */
function plainText(text: string): string {
  return text.toLowerCase().trim().replaceAll(/\s+/g, ' ');
}

/** The first JSON object in a text. */
function objectIn(text: string): Record<string, unknown> | null {
  const start = text.indexOf('{');
  for (let end = text.lastIndexOf('}'); start >= 0 && end > start; end = text.lastIndexOf('}', end - 1)) {
    try {
      const value: unknown = JSON.parse(text.slice(start, end + 1));
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
    } catch {
      // More may stand behind the object: try to the brace before.
    }
  }
  return null;
}
