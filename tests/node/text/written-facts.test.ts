import { expect, it } from 'vitest';
import { writtenFacts } from '../../../src/text/written-facts.ts';

it.each([
  ['', 0, { tokens: 0, words: 0, repeated: 0, refuses: false }],
  [' He went, and he went.', 6, { tokens: 6, words: 5, repeated: 0.2, refuses: false }],
  [' I’m sorry, but I can’t help.', 9, { tokens: 9, words: 6, repeated: 0, refuses: true }],
])('of %j', (text, tokens, facts) => {
  const found = writtenFacts(text, tokens);
  expect({ ...found, repeated: Number(found.repeated.toFixed(9)) }).toEqual(facts);
});
