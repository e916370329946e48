import { expect, test } from 'vitest';
import { endsSentence, sentenceEnds } from '../../../src/text/sentences.ts';
import { checkLength, checkText } from '../../../src/text/text-check.ts';
import { bytesOfToken } from '../../../src/text/byte-level.ts';
import { parseTokenDecoder } from '../../../src/text/token-decoder.ts';

test('byte-level characters stand for their bytes', () => {
  expect([...bytesOfToken('Ġcafé')]).toEqual([0x20, 0x63, 0x61, 0x66, 0xe9]);
  expect([...bytesOfToken('Ċ')]).toEqual([0x0a]);
});

test('a character split over tokens comes with the token that completes it', () => {
  const piece = parseTokenDecoder({ type: 'ByteLevel' }).stream('start');
  // U+1F98A is F0 9F A6 8A; in byte-level spelling ð Ł ¦ Ĭ
  expect(['ðŁ', '¦', 'Ĭ', '!'].map((token) => piece(token, false))).toEqual(['', '', '🦊', '!']);
});

test.each([
  ['She left.', ' He stayed.', true],
  ['She left!”', ' He stayed.', true],
  ['Mr.', ' Hale left.', false],
  ['Signed by J.', ' Hale.', false],
  ['It cost 3.', '50 in all.', false],
  ['He paused...', ' then went on.', false],
  ['A heading', '\nA line', true],
  ['A heading\n', '\nA line', false],
  ['<|im_start|>user', '\nHello.', false],
  ['Be kind.<|im_end|>', '\n<|im_start|>user', true],
  ['no stop', '', true],
  ['', 'x', false],
])('between %j and %j a sentence ends: %s', (before, after, expected) => {
  expect(endsSentence(before, after)).toBe(expected);
});

test('every sentence of a text ends once, at the token that carries its stop', () => {
  const pieces = ['Mr', '.', ' Hale', ' left', '.', ' “', 'Go', '!”', ' she', ' said', '.', ' The', ' end'];
  expect(sentenceEnds(pieces)).toEqual([4, 10, 12]);
});

test('a text of white space has no sentence', () => {
  expect(sentenceEnds([' ', '\n'])).toEqual([]);
});

test('empty text, a lone surrogate and too long a text are refused with what to do', () => {
  expect(() => checkText(' \n')).toThrow(/nothing to read/);
  expect(() => checkText('ab\ud83dcd')).toThrow(/Character 3 is half of a pair \(U\+D83D\)/);
  expect(() => checkText('a 🦊 \u202e \u0007 b')).not.toThrow();
  expect(() => checkLength(8193, 8192)).toThrow(/8193 tokens, but this model takes 8192/);
  expect(() => checkLength(8192, 8192)).not.toThrow();
});
