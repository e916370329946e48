/** Gains, shares, the null and the intervals of experiment D against numpy, and the size of its test under no effect. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import {
  beyondOf,
  beyondShareOf,
  type Gains,
  gainsOf,
  meanGains,
  shareOf,
} from '../../../src/experiments/two-poles/gains.ts';
import { type AxisRow, dealtP, overAxes } from '../../../src/experiments/two-poles/rows.ts';

type Bits = Record<'a' | 'b' | 'neutral', number[]>;
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/two-poles.fixture.json', import.meta.url), 'utf8'),
) as {
  axes: { kind: string; contexts: { asked: Bits[]; marked: Bits[] }[]; gains: number[][][] }[];
  share: [number, number];
  beyondShare: [number, number];
  beyond: [number, number];
  p: Record<'share' | 'beyondShare', number>;
  standardError: Record<'share' | 'beyondShare', number>;
};

/** A row with nothing but what the statistics read. */
const rowOf = (contexts: readonly (readonly Gains[])[]): AxisRow =>
  ({ contexts, gains: meanGains(contexts.flat()) }) as unknown as AxisRow;
const rows = fixture.axes.map(({ contexts }) =>
  rowOf(
    contexts.map(({ asked, marked }) =>
      gainsOf({
        asked: asked.map((bits) => ({ topic: 't', doses: [{ dose: 8, ...bits }] })),
        marked: marked.map((bits) => ({ topic: 'm', pole: 'a', ...bits })),
      }),
    ),
  ),
);
const both = [rows.slice(0, 12), rows.slice(12)] as const;
const difference =
  (of: (some: readonly Gains[]) => number) =>
  (one: readonly Gains[], other: readonly Gains[]): number =>
    of(one) - of(other);

describe('against numpy', () => {
  test('the gains of every topic', () => {
    rows.forEach(({ contexts }, i) => {
      contexts.forEach((gains, c) => {
        gains.forEach(({ own, opposite, marked }, t) => {
          const wanted = fixture.axes[i]?.gains[c]?.[t] ?? [];
          [own, opposite, marked].forEach((value, k) => expect(value).toBeCloseTo(wanted[k] ?? NaN, 9));
        });
      });
    });
  });

  test('the shares of a class, also beyond a marked turn, and the gain beyond it', () => {
    both.forEach((some, i) => {
      const gains = some.map((row) => row.gains);
      expect(shareOf(gains)).toBeCloseTo(fixture.share[i] ?? NaN, 9);
      expect(beyondShareOf(gains)).toBeCloseTo(fixture.beyondShare[i] ?? NaN, 9);
      expect(beyondOf(gains)).toBeCloseTo(fixture.beyond[i] ?? NaN, 9);
    });
  });

  test('p of a difference when axes are dealt to the classes at random', () => {
    for (const [id, of] of [
      ['share', shareOf],
      ['beyondShare', beyondShareOf],
    ] as const) {
      const p = dealtP(both[0], both[1], difference(of), 20_000, 3);
      // Both are shuffles: three standard errors of the two.
      const spread = Math.sqrt(fixture.p[id] * (1 - fixture.p[id]) * (1 / 20_000 + 1 / 40_000));
      expect(Math.abs(p - fixture.p[id]), id).toBeLessThan(3 * spread + 1e-4);
    }
  });

  test('the standard error over axes and, within them, contexts', () => {
    for (const [id, of] of [
      ['share', shareOf],
      ['beyondShare', beyondShareOf],
    ] as const) {
      const { standardError } = overAxes([...both], difference(of), 4000, 5);
      expect(standardError / fixture.standardError[id], id).toBeGreaterThan(0.95);
      expect(standardError / fixture.standardError[id], id).toBeLessThan(1.05);
    }
  });
});

test('where the classes do not differ the test rejects in about one of twenty worlds', () => {
  const rng = createRng(77);
  const worlds = 400;
  let rejected = 0;
  for (let world = 0; world < worlds; world += 1) {
    const axes = Array.from({ length: 24 }, () =>
      rowOf([[{ own: 5 + rng.normal(), opposite: 2.5 + 1.5 * rng.normal(), marked: 0.5 + 0.3 * rng.normal() }]]),
    );
    if (dealtP(axes.slice(0, 12), axes.slice(12), difference(shareOf), 200, world) < 0.05) rejected += 1;
  }
  // Binomial: 20 expected, standard deviation 4.4.
  expect(rejected).toBeGreaterThan(6);
  expect(rejected).toBeLessThan(34);
});
