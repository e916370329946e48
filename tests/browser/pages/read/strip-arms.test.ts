/** The classes that paint a token: both ways away from neutral, for each way of reading. */
import { expect, test } from 'vitest';
import { readingCell, tokenShape } from '../../../../src/reading/strip-cell.ts';
import { cellClass } from '../../../../src/ui/strip/strip-style.ts';

const shape = tokenShape(3, ' hugged', false, false);

test('one pole from neutral is painted by classes that are not those of either pole', () => {
  const classes = (['difference', 'positive', 'negative'] as const).flatMap((head) =>
    [3, -3].map((score) => cellClass(readingCell(shape, score, true), head)),
  );
  expect(new Set(classes).size).toBe(6);
  expect(classes.every((name) => /^c[a-z]64$/.test(name))).toBe(true);
});

test('neutral, and what has not been read, look alike in every way of reading', () => {
  for (const head of ['difference', 'positive', 'negative'] as const) {
    expect(cellClass(readingCell(shape, 0, true), head)).toBe('s0');
    expect(cellClass(readingCell(shape, NaN, false), head)).toBe('unread');
  }
});
