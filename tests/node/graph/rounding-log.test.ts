/** What quantising changed, summed over weights that are read in any order. */
import { expect, test } from 'vitest';
import { RoundingLog } from '../../../src/graph/build/quantise.ts';

test('weights that come in another order have rounded alike, to the last digit', () => {
  const parts = [0.1, 0.2, 0.3, 0.7, 1e-9, 1e9].map((changes, at) => [`w${at % 2}`, `rows ${at}`, changes] as const);
  const summaryOf = (order: typeof parts) => {
    const log = new RoundingLog(4);
    for (const [tensor, rows, changes] of order) log.note(tensor, rows, { changes, squares: 3 * changes });
    return log.summary();
  };
  const summaries = parts.map((_, start) => summaryOf([...parts.slice(start), ...parts.slice(0, start)]));
  for (const summary of summaries) expect(summary).toEqual(summaries[0]);
  const squares = [0.1, 0.2, 0.3].map((changes) => ({ changes, squares: 1 }));
  const ways = [squares, squares.toReversed()].map((order) => {
    const log = new RoundingLog(8);
    for (const part of order) log.note(`tensor ${part.changes}`, 'all', part);
    return log.summary();
  });
  // 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1.
  expect(ways[0]).toEqual(ways[1]);
});
