/** The fits behind experiment A2 against ordinary least squares and against numbers worked out by hand. */
import { describe, expect, it } from 'vitest';
import { leastSquares } from '../../../src/stats/linear/least-squares.ts';
import { createRng } from '../../../src/base/rng.ts';
import {
  fitted,
  indicators,
  leftBy,
  momentsByShape,
  momentsOf,
  solved,
  summed,
} from '../../../src/experiments/mixture/fit.ts';
import { above, heldOut } from '../../../src/experiments/mixture/held-out.ts';
import { ACCOUNTS, evidenceOf } from '../../../src/experiments/mixture/models.ts';
import { crossing, NEVER } from '../../../src/experiments/mixture/numbers.ts';
import type { ConditionId } from '../../../src/experiments/mixture/spec.ts';
import type { TopicRows } from '../../../src/experiments/mixture/table.ts';

const [adding, recency, places, saturating] = ACCOUNTS;
const CONDITIONS: readonly ConditionId[] = ['none', 'kind', 'cruel'];
const odds = (row: TopicRows['rows'][number]): number => row.odds;

/** Topics of random evidence; the odds follow `adding` with α 0.5, which the grid has. */
function topics(count: number, noise: number, seed = 1): TopicRows[] {
  const rng = createRng(seed);
  return Array.from({ length: count }, (_, topic) => {
    const level = 2 * rng.normal();
    return {
      id: `t${topic}`,
      rows: CONDITIONS.flatMap((condition, c) =>
        Array.from({ length: 12 }, (__, order) => {
          const signs = Array.from({ length: [2, 4, 8][order % 3] ?? 2 }, () => (rng.below(2) === 0 ? -1 : 1));
          return {
            condition,
            order,
            signs,
            odds: level + [0, 1.5, -2][c]! + 0.4 * evidenceOf(adding, signs, 0.5) + noise * rng.normal(),
            readout: null,
          };
        }),
      ),
    };
  });
}

describe('what evidence is worth', () => {
  const signs = [1, 1, -1, 1];

  it('is what the formulas say', () => {
    expect(evidenceOf(adding, signs, 0)).toBe(2);
    expect(evidenceOf(adding, signs, 0.5)).toBe(1);
    expect(evidenceOf(adding, signs, 1)).toBe(0.5);
    expect(evidenceOf(recency, [1, -1], 0)).toBe(-1);
    expect(evidenceOf(recency, [1, 1, 1, -1], 1)).toBe(-0.25);
    // 1, then 0.5 + 1, then 0.75 − 1, then −0.125 + 1.
    expect(evidenceOf(places, signs, 0.5)).toBe(0.875);
    expect(evidenceOf(places, signs, 1)).toBe(2);
    expect(evidenceOf(places, signs, 0)).toBe(1);
    expect(evidenceOf(saturating, signs, 1)).toBeCloseTo(Math.tanh(1), 12);
    for (const account of ACCOUNTS) expect(evidenceOf(account, [], account.shape.grid[0] ?? NaN)).toBe(0);
  });

  it('changes its sign where every sentence does', () => {
    for (const account of ACCOUNTS)
      for (const shape of account.shape.grid)
        expect(
          evidenceOf(
            account,
            signs.map((sign) => -sign),
            shape,
          ),
        ).toBe(-evidenceOf(account, signs, shape));
  });

  it('has as many shapes in every account', () => {
    expect(ACCOUNTS.map(({ shape }) => shape.grid.length)).toEqual([41, 41, 41, 41]);
    expect(adding.shape.grid).toContain(0);
    expect(adding.shape.grid).toContain(1);
    expect(places.shape.grid).toContain(0);
  });
});

describe('a fit by moments', () => {
  const data = topics(8, 0.7);

  it('is least squares with a column for every topic', () => {
    const rows = data.flatMap(({ rows: own }, topic) => own.map((row) => ({ ...row, topic })));
    const [kind = [], cruel = []] = indicators(rows, CONDITIONS);
    const columns = Object.fromEntries([
      ...data.slice(1).map(({ id }, at) => [id, rows.map(({ topic }): number => (topic === at + 1 ? 1 : 0))]),
      ['kind', kind],
      ['cruel', cruel],
      ['x', rows.map(({ signs }) => evidenceOf(adding, signs, 0.3))],
    ]) as Record<string, number[]>;
    const plain = leastSquares(columns, rows.map(odds));
    const sum = summed(
      data.map(({ rows: own }) =>
        momentsOf(
          [...indicators(own, CONDITIONS), own.map(({ signs }) => evidenceOf(adding, signs, 0.3))],
          own.map(odds),
        ),
      ),
      data.map((_, at) => at),
    );
    const coefficients = solved(sum) ?? expect.unreachable('no fit');
    ['kind', 'cruel', 'x'].forEach((name, at) =>
      expect(coefficients[at]).toBeCloseTo(plain.coefficients[name] ?? NaN, 9),
    );
    const spare = rows.length - data.length - 3;
    expect(leftBy(sum, coefficients) / spare).toBeCloseTo(plain.residualSd ** 2, 9);
  });

  it('counts a topic that is drawn twice twice', () => {
    const moments = data.map(({ rows }) =>
      momentsOf([rows.map(({ signs }) => evidenceOf(adding, signs, 0.5))], rows.map(odds)),
    );
    const twice = summed(moments, [0, 1, 1]);
    expect(twice.free).toBe(3 * 35);
    expect(twice.products[0]).toBeCloseTo((moments[0]?.products[0] ?? NaN) + 2 * (moments[1]?.products[0] ?? NaN), 9);
  });

  it('finds the planted shape, weight and levels', () => {
    const exact = topics(8, 0);
    const { shape, coefficients } = fitted(
      adding,
      momentsByShape(adding, exact, CONDITIONS, odds),
      exact.map((_, at) => at),
    );
    expect(shape).toBe(0.5);
    expect(coefficients[0]).toBeCloseTo(1.5, 9);
    expect(coefficients[1]).toBeCloseTo(-2, 9);
    expect(coefficients[2]).toBeCloseTo(0.4, 9);
  });

  it('has no answer for a column that is nothing', () => {
    expect(solved(momentsOf([[1, 1, 1]], [1, 2, 3]))).toBeNull();
  });
});

describe('held-out log-likelihood', () => {
  it('is the Gaussian one of the topic about its own mean, with all that is fitted taken from the others', () => {
    const data = topics(7, 0.7, 3);
    const { logLik, left, moments } = heldOut(adding, data, CONDITIONS, odds);
    const others = [0, 1, 2, 4, 5, 6];
    const { shape, coefficients, variance } = fitted(adding, moments, others);
    const own = data[3]?.rows ?? [];
    const residue = own.map(
      (row) =>
        row.odds -
        (row.condition === 'kind'
          ? (coefficients[0] ?? NaN)
          : row.condition === 'cruel'
            ? (coefficients[1] ?? NaN)
            : 0) -
        (coefficients[2] ?? NaN) * evidenceOf(adding, row.signs, shape),
    );
    const centre = residue.reduce((sum, value) => sum + value, 0) / residue.length;
    const squares = residue.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    expect(left[3]).toBeCloseTo(squares, 9);
    expect(logLik[3]).toBeCloseTo(-0.5 * ((own.length - 1) * Math.log(2 * Math.PI * variance) + squares / variance), 9);
    // Six topics of 36 rows; six means, two conditions, γ and the shape are fitted.
    const sum = summed(moments[adding.shape.grid.indexOf(shape)] ?? [], others);
    expect(variance).toBeCloseTo(leftBy(sum, coefficients) / (6 * 36 - 6 - 4), 9);
  });

  it('differs by its sum, with a standard error over topics', () => {
    const of = (logLik: readonly number[]) => ({ account: adding, moments: [], left: [], logLik });
    const found = above(of([1, 2, 3, 6]), of([0, 0, 0, 0]));
    expect(found.sum).toBe(12);
    // Standard deviation of 1, 2, 3, 6 is √(14 / 3); that of the sum is twice it.
    expect(found.standardError).toBeCloseTo(2 * Math.sqrt(14 / 3), 12);
    expect(found.errors).toBeCloseTo(12 / (2 * Math.sqrt(14 / 3)), 12);
    expect(above(of([1, 2]), of([1, 2])).errors).toBe(0);
  });
});

describe('the crossing', () => {
  it('is where the evidence balances the shift', () => {
    expect(crossing(2, 0.5, 0)).toBe(4);
    expect(crossing(2, 0.5, 0.5)).toBeCloseTo(16, 12);
    expect(crossing(0, 0.5, 0)).toBe(0);
    expect(crossing(-1, 0.5, 0)).toBe(0);
  });

  it('is never where the mean counts, nothing counts, or it takes too many', () => {
    expect(crossing(2, 0.5, 1)).toBe(NEVER);
    expect(crossing(2, -0.1, 0)).toBe(NEVER);
    expect(crossing(2, 0.001, 0)).toBe(NEVER);
    expect(crossing(NaN, 0.5, 0)).toBeNaN();
  });
});
