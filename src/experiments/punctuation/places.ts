/** At which tokens of a text the direction is taken out. Pure; what is drawn follows from the spec's seed. */
import { AppError } from '../../base/errors.ts';
import { createRng } from '../../base/rng.ts';
import type { PunctuationAxis, PunctuationSpec, Side, Topic } from './spec.ts';
import { SIDES } from './spec.ts';

/** What counts as punctuation. */
export const MARKS = [',', '.'] as const;

/** Sets of tokens of one text, each by its place in `encode(contextOf(…))`. */
export interface Places {
  /** All tokens of the text, without those of what is asked behind it. */
  readonly all: readonly number[];
  readonly marks: readonly number[];
  readonly commas: readonly number[];
  /** The token in front of each mark, and the one behind it; behind the last mark it is the first of what is asked. */
  readonly before: readonly number[];
  readonly behind: readonly number[];
  /** By draw: as many tokens of the text as it has marks, none of them a mark, without the first token, which is never steered. */
  readonly others: readonly (readonly number[])[];
}

/** A version of a topic with what is asked behind it. */
export function contextOf(topic: Topic, side: Side): string {
  return `${topic[side]} ${topic.ask}`;
}

/**
 * The places of a version. `encode` is that of the model. Throws `spec-invalid` where a mark is no token of its own, or where
 * the text has fewer other tokens than marks.
 */
export function placesOf(
  spec: PunctuationSpec,
  axis: PunctuationAxis,
  topic: Topic,
  side: Side,
  encode: (text: string) => readonly number[],
): Places {
  const context = contextOf(topic, side);
  const ids = encode(context);
  const upTo = (length: number): number => encode(context.slice(0, length)).length;
  const tokens = upTo(topic[side].length);
  const found = [...topic[side]].flatMap((mark, at) =>
    MARKS.some((one) => one === mark) ? [{ mark, token: upTo(at), next: upTo(at + 1), at }] : [],
  );
  for (const { mark, token, next, at } of found) {
    const begun = encode(context.slice(0, at + 1));
    if (next !== token + 1 || begun.some((id, place) => id !== ids[place]))
      throw new AppError(
        'spec-invalid',
        `${axis.id}.${topic.id}.${side}: the "${mark}" at character ${at} is no token of its own for this model. Take another model, or write the text without it.`,
        { topic: topic.id, at },
      );
  }
  const marks = found.map(({ token }) => token);
  const rest = Array.from({ length: tokens }, (_, token) => token).filter(
    (token) => token > 0 && !marks.includes(token),
  );
  if (rest.length < marks.length)
    throw new AppError(
      'spec-invalid',
      `${axis.id}.${topic.id}.${side}: the text has ${marks.length} marks and ${rest.length} other tokens, too few to draw as many. Write a longer one.`,
      { topic: topic.id },
    );
  const rng = createRng(spec.seed, streamOf(spec, axis, topic, side));
  return {
    all: Array.from({ length: tokens }, (_, token) => token),
    marks,
    commas: found.filter(({ mark }) => mark === ',').map(({ token }) => token),
    before: marks.map((token) => token - 1),
    behind: marks.map((token) => token + 1),
    others: Array.from({ length: spec.others }, () =>
      rng
        .shuffle([...rest])
        .slice(0, marks.length)
        .sort((one, other) => one - other),
    ),
  };
}

/** A stream of random numbers for every version of every topic. */
function streamOf({ axes }: PunctuationSpec, axis: PunctuationAxis, topic: Topic, side: Side): number {
  const before = axes.slice(0, axes.indexOf(axis)).reduce((sum, { topics }) => sum + topics.length, 0);
  return 2 * (before + axis.topics.indexOf(topic)) + SIDES.indexOf(side) + 1;
}
