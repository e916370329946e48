/** Forced choices: which of two continuations of a scene is more of a pole. Every pair is asked both ways round. */
import type { Axis } from '../probe/probe-types.ts';
import { type SetRow, scenesOf } from '../probe/sets/set-rows.ts';
import type { ChatReply, ChatRequest } from './chat-model.ts';

/** Two continuations of one scene, one of each pole. */
export interface ChoicePair {
  readonly topic: string;
  readonly context: string;
  /** Indices into the rows that the pair was made of. */
  readonly positive: number;
  readonly negative: number;
}

/** One question: a pair in one of its two orders. */
export interface ChoiceQuestion {
  /** Index of the pair. */
  readonly pair: number;
  /** Whether the positive continuation stands first, as A. */
  readonly positiveFirst: boolean;
  readonly request: ChatRequest;
}

/** Which letter was chosen; null where the answer names neither. */
export type Choice = 'A' | 'B' | null;

/**
 * Pairs of a set: the first positive turn of a scene with the first negative one, the second with the second; a turn
 * that is left over is in none.
 */
export function choicePairs(rows: readonly SetRow[]): ChoicePair[] {
  const index = new Map(rows.map((row, i) => [row, i]));
  return scenesOf(rows).flatMap((scene) => {
    const [positive, negative] = (['positive', 'negative'] as const).map((pole) =>
      scene.filter((row) => row.pole === pole),
    );
    return (positive ?? []).flatMap((row, i): ChoicePair[] => {
      const other = negative?.[i];
      return other === undefined
        ? []
        : [
            {
              topic: row.topic,
              context: row.context,
              positive: index.get(row) ?? -1,
              negative: index.get(other) ?? -1,
            },
          ];
    });
  });
}

/**
 * The questions of all pairs: first each with the positive continuation as A, then each with it as B, so that an early
 * stop is seen at once.
 */
export function choiceQuestions(rows: readonly SetRow[], pairs: readonly ChoicePair[], axis: Axis): ChoiceQuestion[] {
  return [true, false].flatMap((positiveFirst) =>
    pairs.map(({ context, positive, negative }, pair) => {
      const [first, second] = positiveFirst ? [positive, negative] : [negative, positive];
      return {
        pair,
        positiveFirst,
        request: choiceRequest(axis, context, rows[first]?.text ?? '', rows[second]?.text ?? ''),
      };
    }),
  );
}

/** One question about two continuations; greedy, and no longer than a letter needs. */
function choiceRequest(axis: Axis, context: string, a: string, b: string): ChatRequest {
  const asked = [
    `Somebody's story begins: ${context}`,
    'It can go on in two ways.',
    `A: ${a}`,
    `B: ${b}`,
    `In which of the two is what somebody does more ${axis.positive} and less ${axis.negative}? Answer with one letter, A or B.`,
  ];
  return {
    messages: [{ role: 'user', content: asked.join('\n') }],
    maxTokens: 4,
    temperature: 0,
    seed: 0,
    firstTokens: 5,
  };
}

/**
 * The choice of an answer: the letter whose tokens are likelier to come first, or, where the likeliest first tokens are
 * neither, the first lone letter of the text.
 */
export function readChoice({ text, first }: ChatReply): Choice {
  const odds = { A: 0, B: 0 };
  for (const { token, logprob } of first) {
    const letter = bare(token);
    if (letter === 'A' || letter === 'B') odds[letter] += Math.exp(logprob);
  }
  if (odds.A !== odds.B) return odds.A > odds.B ? 'A' : 'B';
  const [, letter] = /(?:^|[^\p{L}\p{N}])([AB])(?![\p{L}\p{N}'’])/u.exec(text) ?? [];
  return letter === 'A' || letter === 'B' ? letter : null;
}

/** A token without the space or mark that some tokenisers begin it with, and without marks around it. */
function bare(token: string): string {
  return token.replaceAll(/[\s▁Ġ."'():*]/g, '').toUpperCase();
}
