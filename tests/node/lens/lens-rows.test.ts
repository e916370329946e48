/** The reduction of logits against plain definitions: sort, sum, count. */
import { expect, test } from 'vitest';
import { expBelow } from '../../../src/stats/exp-below.ts';
import { emptyRows, likeliest, reduceLogits } from '../../../src/lens/lens-rows.ts';
import { createRng } from '../../../src/base/rng.ts';

const VOCABULARY = 301;

/** By definition, with a full sort; ties in the order of the vocabulary. */
function plainly(values: readonly number[]): { order: number[]; log: number[]; entropy: number } {
  const order = values.map((_, id) => id).sort((a, b) => values[b]! - values[a]! || a - b);
  const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
  const log = values.map((value) => value - total);
  return { order, log, entropy: -log.reduce((sum, value) => sum + value * Math.exp(value), 0) };
}

test.each([3, 5])(
  'gives order, probabilities, entropy and ranks as sorting does, many equal values among them (seed %i)',
  (seed) => {
    const rng = createRng(seed);
    // Halves, so that many are equal.
    const rows = Array.from({ length: 4 }, () =>
      Array.from({ length: VOCABULARY }, () => Math.round(rng.normal() * 8) / 2),
    );
    const ask = { top: 12, words: [0, 17, 300], next: Int32Array.of(-1, -1, 5, 299, 1, -1) };
    const into = emptyRows(6, ask);
    reduceLogits(Float32Array.from(rows.flat()), VOCABULARY, ask, into, 1);
    for (const [index, values] of rows.entries()) {
      const { order, log, entropy } = plainly(values);
      const at = index + 1;
      expect([...into.ids.subarray(at * 12, (at + 1) * 12)]).toEqual(order.slice(0, 12));
      expect(into.entropy[at]).toBeCloseTo(entropy, 5);
      for (const [place, id] of order.slice(0, 12).entries())
        expect(into.logProbabilities[at * 12 + place]).toBeCloseTo(log[id]!, 5);
      for (const [word, id] of [...ask.words, ask.next[at]!].entries()) {
        expect(into.ranks[at * 4 + word]).toBe(id < 0 ? 0 : order.indexOf(id) + 1);
        if (id < 0) expect(into.askedLogProbabilities[at * 4 + word]).toBeNaN();
        else expect(into.askedLogProbabilities[at * 4 + word]).toBeCloseTo(log[id]!, 5);
      }
    }
    // Rows that were not given are untouched.
    expect([...into.ids.subarray(0, 12), ...into.ids.subarray(60)]).toEqual(new Array(24).fill(0));
  },
);

test('a certainty has entropy zero, and equal words all there is', () => {
  const into = emptyRows(2, { top: 1, words: [] });
  const sure = new Float32Array(VOCABULARY).fill(-200);
  sure[7] = 100;
  reduceLogits(
    Float32Array.from([...sure, ...new Float32Array(VOCABULARY)]),
    VOCABULARY,
    { top: 1, words: [], next: null },
    into,
    0,
  );
  expect([...into.ids]).toEqual([7, 0]);
  expect(into.entropy[0]).toBe(0);
  expect(into.entropy[1]).toBeCloseTo(Math.log(VOCABULARY), 6);
});

test('all of a list can be asked for', () => {
  const ids = new Int32Array(4);
  likeliest(Float32Array.of(1, 3, 3, 2), ids);
  expect([...ids]).toEqual([1, 2, 3, 0]);
});

test('the quick exponential is that of the standard library, to twelve digits', () => {
  const rng = createRng(8);
  for (let i = 0; i < 20_000; i += 1) {
    const x = -(rng.uniform() ** 3) * 499;
    expect(Math.abs(expBelow(x) / Math.exp(x) - 1)).toBeLessThan(1e-12);
  }
  expect([0, -600, -Infinity, NaN].map(expBelow)).toEqual([1, 0, 0, NaN]);
});
