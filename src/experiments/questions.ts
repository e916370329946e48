/** What it takes to ask questions of likelihood alone, with nothing written or steered: for the estimate and for the reach. Pure. */
import type { Cost } from './design.ts';
import { longestOf, type Reach } from './reach.ts';
import type { Question } from './subject.ts';

/** Characters a token of plain English sentences. */
const CHARACTERS = 4.6;

/** Of questions in the order in which they are asked: what one shares with the one before is read once, as the subject does. */
export function questionsCost(questions: readonly Question[]): Cost {
  let before = '';
  let read = 0;
  for (const { context, continuations } of questions) {
    let shared = 0;
    while (shared < before.length && before[shared] === context[shared]) shared += 1;
    read += context.length - shared + continuations.join(' ').length + 1;
    before = context;
  }
  return { read: Math.ceil(read / CHARACTERS), written: 0 };
}

/** The longest context with its longest continuation. */
export function questionsReach(questions: readonly Question[]): Reach {
  return {
    longest: longestOf(questions.map(({ context, continuations }) => `${context} ${longestOf(continuations)}`)),
    written: null,
    steers: false,
  };
}
