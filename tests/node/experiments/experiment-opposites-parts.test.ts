/** The parts of experiment D against cases worked by hand. */
import { describe, expect, test } from 'vitest';
import type { Contrast, RopeReading } from '../../../src/experiments/experiment-types.ts';
import { antipodalityByAxis, pooledGeometry } from '../../../src/experiments/opposites/antipodality.ts';
import { extentOf } from '../../../src/experiments/opposites/contexts.ts';
import { plannedContrasts } from '../../../src/experiments/opposites/contrasts.ts';
import { betweenAxes, geometryOf, layersOf, unitsFrom } from '../../../src/experiments/opposites/geometry.ts';
import { accountOf } from '../../../src/experiments/opposites/judge.ts';
import { matchActs, type Priors } from '../../../src/experiments/opposites/match.ts';
import { outcomesOf } from '../../../src/experiments/opposites/outcomes.ts';
import type { AxisRow } from '../../../src/experiments/opposites/rows.ts';
import { cellOf } from '../../../src/experiments/opposites/spec.ts';
import type { PassageReading } from '../../../src/training/reader.ts';
import { lighter } from '../../fixtures/experiments/opposites-spec.ts';

const SPEC = lighter();

describe('outcomes', () => {
  test('the gain of an order is against its own neutral context, item by item', () => {
    const context = (key: string, opposite: number[], unrelated: number[], own: number[], items = [0, 1]) => ({
      key,
      items,
      opposite,
      unrelated,
      own,
    });
    const tokens = { opposite: [4, 5], unrelated: [5, 5], own: [3, 3] };
    const found = outcomesOf({
      tokens,
      contexts: [
        context('neutral.0', [30, 40], [31, 39], [20, 22]),
        context('neutral.1', [32, 41], [33, 40], [21, 23]),
        context('shown8.0', [28, 39], [31, 40], [15, 20]),
        context('shown8.1', [31, 37], [32, 40], [19, 20]),
        // The first half shown, the second asked for.
        context('opposite.0', [36], [38], [21], [1]),
      ],
    });
    // Opposite: (2 + 1 + 1 + 4) / 4; unrelated: (0 - 1 + 1 + 0) / 4; own: (5 + 2 + 2 + 3) / 4.
    expect(found['shown8']?.gains).toEqual({ opposite: 2, unrelated: 0, own: 3 });
    expect(found['shown8']?.specific).toBe(2);
    expect(found['shown8']?.ownSpecific).toBe(3);
    // By tokens: (2/4 - 0/5 + 1/5 + 1/5 + 1/4 - 1/5 + 4/5 - 0/5) / 4.
    expect(found['shown8']?.specificPerToken).toBeCloseTo(1.75 / 4, 12);
    expect(found['opposite']?.gains).toEqual({ opposite: 4, unrelated: 1, own: 1 });
    expect(Object.keys(found)).toEqual(['shown8', 'opposite']);
  });
});

describe('matching', () => {
  /** Two moral axes that may stand in for each other, and `honest`, which is to be matched; two items each. */
  const spec = {
    ...SPEC,
    related: [],
    axes: SPEC.axes.filter(({ id }) => ['honest', 'humble', 'poacher'].includes(id)),
  };
  const axes = extentOf(spec, 'full').axes;
  const far = { bits: 99, tokens: 5 };
  const priors = (humble?: Priors[string], poacher?: Priors[string]): Priors => ({
    honest: {
      acts: [far, far],
      oppositeActs: [
        { bits: 30, tokens: 5 },
        { bits: 30, tokens: 5 },
      ],
    },
    humble: humble ?? { acts: [far, far], oppositeActs: [far, far] },
    poacher: poacher ?? { acts: [far, far], oppositeActs: [far, far] },
  });
  const of = (some: typeof axes) => ({ axes: some, items: 2, pool: { axes: some, items: 2 } });
  const matched = (known: Priors) => matchActs(spec, of(axes), known)['honest'];

  test('takes the same sign of valence before a closer act of the other sign', () => {
    // deceitful is bad; so are arrogant and poacher, while humble is good.
    const found = matched(
      priors({ acts: [{ bits: 30.01, tokens: 5 }, far], oppositeActs: [{ bits: 30.4, tokens: 6 }, far] }),
    );
    expect(found?.[0]).toMatchObject({ axis: 'humble', list: 'oppositeActs', item: 0, fit: 'full' });
    expect(found?.[0]?.bits).toBeCloseTo(0.4, 12);
    expect(found?.[1]).toMatchObject({ axis: 'humble', list: 'acts', item: 0, fit: 'tokens' });
  });

  test('takes bits before tokens, and the closest where nothing fits', () => {
    const found = matched(
      priors({ acts: [{ bits: 30.3, tokens: 9 }, far], oppositeActs: [{ bits: 30.6, tokens: 5 }, far] }),
    );
    expect(found?.[0]).toMatchObject({ list: 'acts', item: 0, tokens: 4, fit: 'bits' });
    expect(found?.[1]).toMatchObject({ list: 'oppositeActs', item: 0, fit: 'none' });
  });

  test('never takes a related axis, nor one from the other side of moral', () => {
    const perfect = { bits: 30, tokens: 5 };
    const related = { ...spec, related: [['honest', 'humble']] };
    const known = priors(
      { acts: [perfect, perfect], oppositeActs: [perfect, perfect] },
      {
        acts: [
          { bits: 31, tokens: 5 },
          { bits: 32, tokens: 5 },
        ],
        oppositeActs: [far, far],
      },
    );
    expect(matchActs(related, of(axes), known)['honest']?.map(({ axis, item }) => [axis, item])).toEqual([
      ['poacher', 0],
      ['poacher', 1],
    ]);
    const other = { ...spec, axes: SPEC.axes.filter(({ id }) => id === 'honest' || id === 'tidy') };
    expect(() =>
      matchActs(other, of(extentOf(other, 'full').axes), {
        ...known,
        tidy: known['humble'] ?? { acts: [], oppositeActs: [] },
      }),
    ).toThrow('no unrelated act for honest');
  });
});

describe('geometry', () => {
  const reading = (...rows: (readonly [number, number])[]): PassageReading => ({
    readouts: rows.map((row) => ({
      tokensBefore: 1,
      own: new Float32Array(0),
      means: [Float32Array.from(row), Float32Array.from(row)],
    })),
  });
  const one = Float32Array.from([1, 1]);

  test('products cross the halves, and a direction is judged on the half that it was not taken from', () => {
    // Order of passages: X, opposite, neutral of half 0, then of half 1. Neutral means (0, 1) and (1, 0).
    const found = geometryOf(
      [
        reading([2, 1], [2, 1]),
        reading([-2, 3], [-2, 3]),
        reading([0, 0], [0, 2]),
        reading([4, 0], [4, 2]),
        reading([-1, 0], [-1, 0]),
        reading([1, 0], [1, 0]),
      ],
      one,
      [0],
      2,
    );
    // a0 = (2, 0), a1 = (3, 1), b0 = (-2, 2), b1 = (-2, 0); divided by the width of 2.
    expect([...found.vectors]).toEqual([2, 0, 3, 1, -2, 2, -2, 0]);
    expect(found.products).toEqual([{ own: 3, opposite: 2, across: (-4 - 4) / 4 }]);
    expect(found.readouts.ownOnOwn).toBe(1);
    expect(found.readouts.ownOnOpposite).toBe(0);
    expect(betweenAxes(found.vectors, Float32Array.from([0, 0, 0, 0, 1, 1, 5, 3]), 2)).toBe((10 + 4) / 4);
  });

  test('a feature that does not vary takes no part, one that does is measured in its own spread', () => {
    const units = unitsFrom([reading([1, 5]), reading([3, 5]), reading([1, 5]), reading([3, 5])], [0], 2);
    expect([...units]).toEqual([1, 0]);
    expect([...unitsFrom([reading([0, 5]), reading([4, 1])], [0], 2)]).toEqual([0.5, 0.5]);
  });

  test('layers lie about the share, within the model', () => {
    expect(layersOf({ layerShare: 0.5333 }, 30)).toEqual([14, 16, 18]);
    expect(layersOf({ layerShare: 1 }, 12)).toEqual([10, 12, 12]);
  });

  test('what opposites have beyond unrelated axes is told from a direction that all marked acts share', () => {
    // X and its opposite of every axis: the shared direction (1, 0, 0, ...) and ± a dimension of its own.
    const hidden = 9;
    const rows = Array.from({ length: 8 }, (_, i): AxisRow => {
      const a = Float32Array.from({ length: hidden }, (_, f) => (f === 0 ? 1 : f === i + 1 ? 1 : 0));
      const b = Float32Array.from({ length: hidden }, (_, f) => (f === 0 ? 1 : f === i + 1 ? -1 : 0));
      const products = [{ own: 2 / hidden, opposite: 2 / hidden, across: 0 }];
      return rowOf(i, 0, {
        products,
        readouts: { ownOnOwn: 1, ownOnOpposite: 0.5, oppositeOnOwn: 0.5 },
        vectors: Float32Array.from([...a, ...a, ...b, ...b]),
      });
    });
    const { antipodality, unrelated, beyond, salience } = pooledGeometry(rows, [], 0, hidden, 200, 1);
    // <a, b> = 1 - 1 = 0 within an axis and 1 between axes, of a squared length of 2.
    expect(antipodality.value).toBeCloseTo(0, 12);
    expect(unrelated.value).toBeCloseTo(-0.5, 6);
    expect(beyond.value).toBeCloseTo(0.5, 6);
    expect(salience.value).toBeCloseTo(1, 12);
    expect(antipodalityByAxis(rows, 0).map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

describe('contrasts', () => {
  test('coefficients are the differences between cells, whatever valence and prior do', () => {
    // Cells 3, 1, 1, 0.2 and a slope of 0.5 on valence: M = 1.4, O = 1.4, both 2 - 0.8 = 1.2.
    const means = { 'moral-opposable': 3, 'moral-single': 1, 'other-opposable': 1, 'other-single': 0.2 };
    const rows = SPEC.axes.map((axis, i) =>
      rowOf(i, means[cellOf(axis)] + 0.5 * Math.abs(axis.valence - axis.oppositeValence)),
    );
    const { moral, antonym, both, adjusted, overall } = plannedContrasts(SPEC, rows);
    expect(moral.estimate.value).toBeCloseTo(1.4, 9);
    expect(antonym.estimate.value).toBeCloseTo(1.4, 9);
    expect(both.estimate.value).toBeCloseTo(1.2, 9);
    expect(adjusted['valence']?.value).toBeCloseTo(0.5, 9);
    expect(adjusted['prior']?.value).toBeCloseTo(0, 9);
    expect(antonym.reading).toBe('above');
    // Every flip but none at all makes the mean of positive numbers smaller: p is the least that the flips allow.
    expect(overall.p).toBeCloseTo(1 / (1 + SPEC.permutations), 12);
    expect(overall.pHolm).toBeCloseTo(4 / (1 + SPEC.permutations), 12);
  });

  test('what does not vary is not adjusted for, and the factors are still found', () => {
    const rows = SPEC.axes.map((axis, i) => ({ ...rowOf(i, axis.opposable ? 1 : 0), valence: 2 }));
    const { antonym, adjusted } = plannedContrasts(SPEC, rows);
    expect(Object.keys(adjusted)).toEqual(['prior']);
    expect(antonym.estimate.value).toBeCloseTo(1, 9);
  });
});

describe('accounts', () => {
  const contrast = (reading: RopeReading, low: number, pHolm = 0.01): Contrast => ({
    id: 'x',
    says: 'x',
    unit: 'bits',
    estimate: { value: low + 0.1, low, high: low + 0.2, n: 48 },
    p: pHolm,
    pHolm,
    null: 'x',
    rope: [-0.1, 0.1],
    reading,
    detectable: null,
  });
  const none = contrast('within', -0.1, 0.9);
  test.each([
    ['opposites', none, contrast('above', 0.2), none],
    ['tropes', contrast('above', 0.2), none, none],
    ['both', contrast('above', 0.2), contrast('above', 0.2), contrast('above', 0.15)],
    // The other effect is not shown to be small, or the effect is not significant after Holm.
    ['neither', contrast('open', -0.1, 0.9), contrast('above', 0.2), none],
    ['neither', none, contrast('above', 0.2, 0.06), none],
    ['neither', contrast('above', 0.2), contrast('above', 0.2), contrast('open', -0.05, 0.3)],
    ['neither', none, none, none],
  ] as const)('%s', (account, moral, antonym, both) => {
    expect(accountOf({ moral, antonym, both }, 0.05)).toBe(account);
  });
});

const NO_GEOMETRY = {
  products: [{ own: 1, opposite: 1, across: 0 }],
  readouts: { ownOnOwn: 0.5, ownOnOpposite: 0.5, oppositeOnOwn: 0.5 },
  vectors: new Float32Array(4),
};

/** A row of the shipped axis `at` with this outcome, and priors that go with nothing. */
function rowOf(at: number, specific: number, geometry: AxisRow['geometry'] = NO_GEOMETRY): AxisRow {
  const axis = SPEC.axes[at] ?? expect.unreachable(`no axis ${at}`);
  return {
    axis,
    cell: cellOf(axis),
    moral: axis.moral ? 0.5 : -0.5,
    antonym: axis.opposable ? 0.5 : -0.5,
    valence: Math.abs(axis.valence - axis.oppositeValence),
    prior: 30 + ((at * 7) % 11) / 3,
    gap: 0,
    agreement: 0.5,
    matches: [],
    outcomes: {},
    specific,
    geometry,
    pushes: [],
  };
}
