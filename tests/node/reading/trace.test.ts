import { expect, test } from 'vitest';
import type { ShownReading, Stand, ReadoutReading } from '../../../src/reading/reading.ts';
import { hasShown, tracePoints } from '../../../src/reading/trace.ts';

function reading(
  afterToken: number,
  score: number,
  shown: ShownReading | null = null,
  stand: Stand = 'sentence',
): ReadoutReading {
  return {
    afterToken,
    stand,
    shown,
    score: Float32Array.of(0, score),
    nullLow: Float32Array.of(0, -0.5),
    nullHigh: Float32Array.of(0, 0.75),
    poles: null,
  };
}

test('each stretch reaches from the readout before to its own', () => {
  expect(tracePoints([reading(4, 1), reading(9, -2)], 12, 1, 1)).toEqual([
    { from: 0, afterToken: 4, stand: 'sentence', score: 1, low: -0.5, high: 0.75 },
    { from: 5, afterToken: 9, stand: 'sentence', score: -2, low: -0.5, high: 0.75 },
  ]);
});

test('readouts may come in any order, and refine what stood there', () => {
  const points = tracePoints([reading(9, -2), reading(4, 1), reading(6, 0.5, null, 'clause')], 10, 1, 1);
  expect(points.map(({ from, afterToken, stand }) => [from, afterToken, stand])).toEqual([
    [0, 4, 'sentence'],
    [5, 6, 'clause'],
    [7, 9, 'sentence'],
  ]);
});

test('of two readouts after one token the later one counts, and none behind the text', () => {
  expect(
    tracePoints([reading(4, 1), reading(4, 2), reading(12, 9)], 12, 1, 1).map(({ afterToken, score }) => [
      afterToken,
      score,
    ]),
  ).toEqual([[4, 2]]);
});

test('without a layer the reading to show counts, with its own chance range', () => {
  const shown = { score: 1.5, low: -0.9, high: 1 };
  // Half of the mean so far: 5 tokens of 1.5 after 20 of zero. The range, whose centre is 0.05, keeps its width.
  const [point] = tracePoints([reading(4, 7, shown)], 5, null, 1);
  expect(point).toMatchObject({ from: 0, afterToken: 4, stand: 'sentence' });
  expect([point!.score, point!.low, point!.high]).toEqual(
    [1.5 - 0.15, -0.9 - 0.005, 1 - 0.005].map((value) => expect.closeTo(value, 12) as number),
  );
  expect(tracePoints([reading(4, 7, shown)], 5, 1, 1)[0]?.score).toBe(7);
});

test('one readout without a reading to show puts the whole trace on the default layer', () => {
  const mixed = [reading(4, 7, { score: 1.5, low: -1, high: 1 }), reading(9, -2)];
  expect(hasShown(mixed)).toBe(false);
  expect(tracePoints(mixed, 10, null, 1).map(({ score }) => score)).toEqual([7, -2]);
});

test('a text without readouts has no stretches, and a layer that is not there gives NaN', () => {
  expect(tracePoints([], 10, null, 1)).toEqual([]);
  expect(hasShown([])).toBe(false);
  expect(tracePoints([reading(4, 1)], 5, 7, 1)[0]?.score).toBeNaN();
});
