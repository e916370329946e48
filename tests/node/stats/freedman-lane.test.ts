/** The permutation test of one coefficient beside others: against refits in numpy, and its size where the columns are tied. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freedmanLane } from '../../../src/stats/linear/freedman-lane.ts';
import { type Columns, resampledLeastSquares } from '../../../src/stats/linear/least-squares.ts';
import { detectableBy } from '../../../src/stats/power.ts';
import { createRng } from '../../../src/base/rng.ts';
import { plannedContrasts } from '../../../src/experiments/opposites/contrasts.ts';
import type { AxisRow } from '../../../src/experiments/opposites/rows.ts';
import type { OppositesSpec } from '../../../src/experiments/opposites/spec.ts';

interface Fixture {
  readonly cases: readonly {
    readonly columns: Record<string, number[]>;
    readonly y: number[];
    readonly tests: readonly { readonly tested: string; readonly t: number; readonly p: number }[];
  }[];
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/freedman-lane.fixture.json', import.meta.url), 'utf8'),
) as Fixture;

describe('the test of a coefficient', () => {
  it('has the t value and the p of all permutations that numpy gives by refitting', () => {
    const trials = 40_000;
    for (const { columns, y, tests } of fixture.cases) {
      for (const { tested, t, p } of tests) {
        const found = freedmanLane(columns, y, tested, trials, 3);
        expect(found.observed).toBeCloseTo(t, 9);
        expect(Math.abs(found.p - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / trials) + 2 / trials);
      }
    }
  });

  it('is none where the columns do not determine it, and where no rows are to spare', () => {
    const y = [1, 2, 4, 3, 5, 7];
    const nothing = { observed: NaN, p: NaN };
    expect(freedmanLane({ a: [1, 2, 3, 4, 5, 6], b: [2, 4, 6, 8, 10, 12] }, y, 'b', 99, 1)).toEqual(nothing);
    expect(
      freedmanLane({ a: [1, 2, 3, 4, 5, 6], b: [2, 4, 6, 8, 10, 12], c: [1, 0, 0, 0, 1, 0] }, y, 'c', 99, 1),
    ).toEqual(nothing);
    expect(freedmanLane({ a: [1, 1, 1, 1, 1, 1] }, y, 'a', 99, 1)).toEqual(nothing);
    expect(
      freedmanLane(
        { a: [1, 2, 3, 4, 5], b: [1, 0, 2, 0, 0], c: [0, 1, 0, 3, 0], d: [5, 1, 0, 1, 0] },
        y.slice(0, 5),
        'a',
        99,
        1,
      ),
    ).toEqual(nothing);
    expect(freedmanLane({ a: [1, 2, 3, 4, 5, 6] }, y, 'missing', 99, 1)).toEqual(nothing);
  });
});

describe('whether being moral adds anything', () => {
  /** 48 axes in four cells, whose valence goes along with being moral (r about 0.74), and an outcome that valence alone moves. */
  function world(seed: number): AxisRow[] {
    const rng = createRng(seed);
    return Array.from({ length: 48 }, (_, at) => {
      const [moral, antonym] = [at % 2 === 0 ? 0.5 : -0.5, at % 4 < 2 ? 0.5 : -0.5];
      const valence = 2 + 1.4 * moral + 0.64 * rng.normal();
      return {
        moral,
        antonym,
        valence,
        prior: 60 + 5 * rng.normal(),
        cell: 'moral-antonym',
        specific: 3 + 0.8 * valence + 2.2 * rng.normal(),
      } as unknown as AxisRow;
    });
  }

  const columnsOf = (rows: readonly AxisRow[]): Columns => ({
    moral: rows.map(({ moral }) => moral),
    antonym: rows.map(({ antonym }) => antonym),
    both: rows.map(({ moral, antonym }) => moral * antonym),
    valence: rows.map(({ valence }) => valence),
    prior: rows.map(({ prior }) => prior),
  });

  it('is found in about one of twenty worlds where it does not', () => {
    const found = { moral: 0, antonym: 0, both: 0 };
    for (let seed = 0; seed < 200; seed += 1) {
      const rows = world(seed);
      const [columns, y] = [columnsOf(rows), rows.map(({ specific }) => specific)];
      for (const name of ['moral', 'antonym', 'both'] as const)
        if (freedmanLane(columns, y, name, 199, 5).p <= 0.05) found[name] += 1;
    }
    // 10 of 200 are due; 99 % of such counts lie between 3 and 19.
    for (const name of ['moral', 'antonym', 'both'] as const) {
      expect(found[name], name).toBeGreaterThanOrEqual(3);
      expect(found[name], name).toBeLessThanOrEqual(19);
    }
  });

  it('is tested so by the experiment, with as many degrees of freedom as axes are left over', () => {
    const rows = world(1);
    const planned = plannedContrasts(
      { draws: 200, seed: 5, permutations: 199, thresholds: { ropeBits: 0.1 } } as unknown as OppositesSpec,
      rows,
    );
    const y = rows.map(({ specific }) => specific);
    for (const name of ['moral', 'antonym', 'both'] as const)
      expect(planned[name].p).toBe(freedmanLane(columnsOf(rows), y, name, 199, 5).p);
    const { standardError } = resampledLeastSquares(columnsOf(rows), y, 200, 5)['moral']!;
    expect(planned.moral.detectable).toBe(detectableBy(standardError, 48 - 6));
  });
});
