import { expect, test } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import { argmax, chooseToken } from '../../../src/reading/sampling.ts';

const logits = Float32Array.from([0, 2, 1, -1, 2]);

test('greedy takes the largest logit, the first among equals', () => {
  expect(argmax(logits)).toBe(1);
  expect(chooseToken(logits, { temperature: 0, topK: 0, topP: 1 }, () => 0.999)).toBe(1);
});

test('sampling follows the softmax at the given temperature', () => {
  const temperature = 0.7;
  const rng = createRng(5);
  const counts = new Array<number>(logits.length).fill(0);
  const draws = 40_000;
  for (let i = 0; i < draws; i++)
    counts[chooseToken(logits, { temperature, topK: 0, topP: 1 }, () => rng.uniform())]!++;
  const weights = [...logits].map((logit) => Math.exp(logit / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  for (const [index, count] of counts.entries()) {
    const p = weights[index]! / total;
    expect(Math.abs(count / draws - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / draws)); // five standard errors
  }
});

test('top-p keeps the smallest set that reaches it', () => {
  // softmax at temperature 1: indices 1 and 4 hold 0.392 each, 2 holds 0.144
  const seen = new Set(
    Array.from({ length: 200 }, (_, i) => chooseToken(logits, { temperature: 1, topK: 0, topP: 0.7 }, () => i / 200)),
  );
  expect([...seen].sort()).toEqual([1, 4]);
  const more = new Set(
    Array.from({ length: 200 }, (_, i) => chooseToken(logits, { temperature: 1, topK: 0, topP: 0.8 }, () => i / 200)),
  );
  expect([...more].sort()).toEqual([1, 2, 4]);
});

test('a tiny top-p still leaves the best token, and those that are as good', () => {
  const draws = (row: Float32Array): number[] =>
    [0, 0.4999, 0.5, 0.9999].map((uniform) => chooseToken(row, { temperature: 1, topK: 0, topP: 0.01 }, () => uniform));
  expect(draws(Float32Array.from([0, 2, 1, -1, 1.999]))).toEqual([1, 1, 1, 1]);
  expect(draws(logits)).toEqual([1, 1, 4, 4]);
});

test('top-k keeps the k largest and their equals, and top-p counts among them', () => {
  const kept = (topK: number, topP: number): number[] =>
    [
      ...new Set(
        Array.from({ length: 400 }, (_, i) =>
          chooseToken(Float32Array.from([0, 3, 1, -1, 2]), { temperature: 1, topK, topP }, () => i / 400),
        ),
      ),
    ].sort();
  expect(kept(1, 1)).toEqual([1]);
  expect(kept(3, 1)).toEqual([1, 2, 4]);
  expect(kept(5, 1)).toEqual([0, 1, 2, 3, 4]);
  expect(kept(50, 1)).toEqual([0, 1, 2, 3, 4]);
  // Of the two largest the first holds e/(1 + e) = 0.731; of all it holds 0.636.
  expect(kept(2, 0.73)).toEqual([1]);
  expect(kept(0, 0.73)).toEqual([1, 4]);
  const equals = Array.from({ length: 200 }, (_, i) =>
    chooseToken(logits, { temperature: 1, topK: 1, topP: 1 }, () => i / 200),
  );
  expect([...new Set(equals)].sort()).toEqual([1, 4]);
});

test('over a large vocabulary it draws what a plain reading of the rule draws', () => {
  const rng = createRng(11);
  /** Sorts everything, and keeps what the rule says. */
  const plainly = (
    row: Float32Array,
    { temperature, topK, topP }: { temperature: number; topK: number; topP: number },
    uniform: number,
  ): number => {
    const top = Math.max(...row);
    const weights = [...row].map((logit) => Math.exp((logit - top) / temperature));
    const order = [...weights].sort((a, b) => b - a);
    const leastOfK = topK === 0 || topK >= order.length ? 0 : order[topK - 1]!;
    const candidates = order.filter((weight) => weight >= leastOfK);
    const wanted = topP * candidates.reduce((sum, weight) => sum + weight, 0);
    let share = 0;
    const least = topP >= 1 ? leastOfK : (candidates.find((weight) => (share += weight) >= wanted) ?? leastOfK);
    const total = weights.reduce((sum, weight) => (weight >= least ? sum + weight : sum), 0);
    let rest = uniform * total;
    return weights.findIndex((weight) => weight >= least && (rest -= weight) < 0);
  };
  // Logits in steps, so that many are equal.
  for (const steps of [1, 8]) {
    const row = Float32Array.from({ length: 5000 }, () => Math.round(3 * rng.normal() * steps) / steps);
    for (const topK of [0, 1, 40, 4999, 5000, 9000]) {
      for (const topP of [0.3, 0.95, 1]) {
        const uniform = rng.uniform();
        const how = { temperature: 0.8, topK, topP };
        expect(chooseToken(row, how, () => uniform)).toBe(plainly(row, how, uniform));
      }
    }
  }
});

test('top-p over a large vocabulary chooses what sorting all of it does, draw by draw, whatever was chosen before', () => {
  const rng = createRng(11);
  const rows = [1, 3, 8].map((spread) => Float32Array.from({ length: 5000 }, () => spread * rng.normal()));
  /** Holtzman et al. by the letter: sort everything, add up, cut, draw in the order of the vocabulary. */
  const byTheLetter = (row: Float32Array, temperature: number, topP: number, uniform: number): number => {
    const top = Math.max(...row);
    const weights = [...row].map((logit) => Math.exp((logit - top) / temperature));
    const total = weights.reduce((a, b) => a + b, 0);
    let share = 0;
    const least = [...weights].sort((a, b) => b - a).find((weight) => (share += weight) >= topP * total) ?? 0;
    let rest = uniform * weights.reduce((a, b) => a + (b >= least ? b : 0), 0);
    return weights.findIndex((weight) => weight >= least && (rest -= weight) < 0);
  };
  for (const temperature of [0.3, 0.8, 1.5])
    for (const topP of [0.05, 0.5, 0.95, 0.999])
      for (const row of rows) {
        const uniform = rng.uniform();
        expect(chooseToken(row, { temperature, topK: 0, topP }, () => uniform)).toBe(
          byTheLetter(row, temperature, topP, uniform),
        );
        // A smaller vocabulary in between finds what the larger one left in memory.
        expect(chooseToken(logits, { temperature: 1, topK: 0, topP: 0.01 }, () => 0.1)).toBe(1);
      }
});
