/** Numbers of 16 bits: every word, and the rounding of the standard (IEEE 754-2019, binary16). */
import { expect, test } from 'vitest';
import { FLOAT16_MAX, fromFloat16, toFloat16 } from '../../../src/base/half.ts';

const words = (...values: number[]): number[] => [...toFloat16(Float32Array.from(values))];

test('every word that is a number comes back as it went', () => {
  const all = Uint16Array.from({ length: 1 << 16 }, (_, word) => word);
  const numbers = fromFloat16(all);
  const back = toFloat16(numbers);
  for (const word of all) {
    if (Number.isNaN(numbers[word]!)) expect([back[word]! & 0x7c00, (back[word]! & 0x3ff) > 0]).toEqual([0x7c00, true]);
    else if (back[word] !== word) expect.fail(`${word} became ${back[word]}`);
  }
});

test('words are the numbers of the standard', () => {
  const known: readonly (readonly [number, number])[] = [
    [0x0000, 0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, FLOAT16_MAX],
    [0x0400, 2 ** -14],
    [0x03ff, 2 ** -14 - 2 ** -24],
    [0x0001, 2 ** -24],
    [0x3555, 0.333251953125],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
  ];
  expect([...fromFloat16(Uint16Array.from(known, ([word]) => word))]).toEqual(known.map(([, value]) => value));
  expect(Object.is(fromFloat16(Uint16Array.of(0x8000))[0], -0)).toBe(true);
  expect(fromFloat16(Uint16Array.of(0x7e00))[0]).toBeNaN();
});

test('what lies between two words goes to the nearer, halfway to the even one, and what is too large becomes infinite', () => {
  expect(words(1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20)).toEqual([0x3c00, 0x3c02, 0x3c01]);
  expect(words(65519.99, 65520, -65520, 1e9)).toEqual([0x7bff, 0x7c00, 0xfc00, 0x7c00]);
  // Below the normal ones: halves of the smallest, and one and a half of it.
  expect(words(2 ** -25, 2 ** -25 * 1.01, 3 * 2 ** -25, -(2 ** -26))).toEqual([0, 1, 2, 0x8000]);
  expect(words(2 ** -14 - 2 ** -26)).toEqual([0x0400]);
  expect(words(-0)).toEqual([0x8000]);
});
