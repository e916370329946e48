import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bagOfWords, type LabelledTurn } from '../../../src/probe/evidence/bag-of-words.ts';
import { aurocInterval, shuffleWithinTopics } from '../../../src/stats/bootstrap.ts';
import { wilsonInterval } from '../../../src/stats/wilson.ts';
import { clusterAuroc, clusterMean, clusterRatio, shareAbove } from '../../../src/stats/effect.ts';
import { calibrationOf, plattFit, plattProbability } from '../../../src/probe/evidence/platt.ts';
import {
  poleGeometryAt,
  poleGeometryOf,
  poleProducts,
  polesAgainstNeutral,
} from '../../../src/probe/evidence/pole-geometry.ts';
import type { Calibration } from '../../../src/probe/report-types.ts';
import { createRng } from '../../../src/base/rng.ts';
import type { RowRole } from '../../../src/stats/linear/rows.ts';
import { selectivityOf } from '../../../src/probe/evidence/selectivity.ts';
import { dPrime } from '../../../src/stats/separation.ts';
import { auroc, mean, quantile, standardDeviation } from '../../../src/stats/stats.ts';
import { wordCount, wordsOf } from '../../../src/text/words.ts';

interface Fixture {
  dPrime: { scores: number[]; labels: number[]; value: number }[];
  calibration: (Calibration & { scores: number[]; labels: number[]; folds: number[] })[];
  naiveBayes: { turns: LabelledTurn[]; scores: number[]; auroc: number };
  selectivity: {
    hidden: number;
    penalty: number;
    topics: number[];
    labels: number[];
    learned: number[];
    tested: number[];
    task: number;
    labelings: { labels: number[]; accuracy: number }[];
    control: number;
    controlSd: number;
  };
  geometry: {
    hidden: number;
    x: number[];
    roles: RowRole[];
    topics: number[];
    cosine: number;
    salience: number;
    plainCosine: number;
  };
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/judging.fixture.json', import.meta.url), 'utf8'),
) as Fixture;

describe("d'", () => {
  it.each(fixture.dPrime)('agrees with numpy', ({ scores, labels, value }) => {
    expect(dPrime(scores, labels)).toBeCloseTo(value, 10);
    expect(dPrime([...scores, 99], [...labels, 0])).toBeCloseTo(value, 10);
  });

  it('is 0 where no spread is known, rounding included', () => {
    const equal = Array.from({ length: 30 }, () => 0.1 + 0.2);
    expect(
      dPrime(
        equal,
        equal.map((_, i) => (i % 3 === 0 ? 1 : -1)),
      ),
    ).toBe(0);
    expect(dPrime([1, 2, 3], [1, -1, -1])).toBe(0);
    expect(dPrime([], [])).toBe(0);
  });
});

describe('estimates over units', () => {
  it('a mean has the interval of a bootstrap over units', () => {
    const values = [3, -1, 4, 1, -5, 9, 2, 6];
    const estimate = clusterMean(values, 1000, 7);
    const rng = createRng(7);
    const found = Array.from({ length: 1000 }, () => mean(values.map(() => values[rng.below(8)]!)));
    expect(estimate.value).toBeCloseTo(19 / 8, 12);
    // Eight units are few: scipy's norm.cdf(-sqrt(8 / 7) * t.ppf(0.975, 7)) stands for 0.025.
    expect(estimate.low).toBeCloseTo(quantile(found, 0.0057375205170298775), 6);
    expect(estimate.high).toBeCloseTo(quantile(found, 1 - 0.0057375205170298775), 6);
    expect(estimate.n).toBe(8);
    expect(estimate.note).toBeUndefined();
  });

  it('a ratio weighs rows, not units, and leaves out resamples without rows', () => {
    expect(clusterRatio([4, 1], [8, 1], 100, 1).value).toBeCloseTo(5 / 9, 12);
    const { low, high } = clusterRatio([3, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0], 500, 1);
    expect([low, high]).toEqual([0.75, 0.75]);
  });

  it('too few units have no interval, and say so', () => {
    expect(clusterMean([1, 2, 3, 4, 5], 100, 1)).toEqual({
      value: 3,
      low: null,
      high: null,
      n: 5,
      note: 'too few items for an interval',
    });
    expect(clusterMean([1, 2, 3, 4, 5, 6], 100, 1).low).not.toBeNull();
    expect(clusterAuroc([2, 1, 4, 3], [1, -1, 1, -1], [0, 0, 1, 1], 100, 1)).toEqual({
      value: 0.75,
      low: null,
      high: null,
      n: 2,
      note: 'too few topics for an interval',
    });
  });

  it('an interval without width says that it shows nothing', () => {
    expect(clusterMean([1, 1, 1, 1, 1, 1, 1], 50, 1)).toMatchObject({
      value: 1,
      low: 1,
      high: 1,
      note: expect.stringContaining('no uncertainty') as string,
    });
  });

  it('a share counts a tie as half', () => {
    expect(shareAbove([1, 0, -1, 2, 0.5, 3, -2, 0], 0).value).toBe(5 / 8);
  });

  it("a share has Wilson's interval, which keeps its width where every item is right, and none below six items", () => {
    expect(shareAbove([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 0)).toEqual({ value: 1, ...wilsonInterval(1, 12), n: 12 });
    expect(shareAbove([1, 1, -1], 0)).toMatchObject({ low: null, n: 3, note: 'too few items for an interval' });
  });

  it('AUROC takes the interval of its topics, whatever their numbers, and passes over rows without a label', () => {
    const rng = createRng(5);
    const topics = Array.from({ length: 40 }, (_, i) => i >> 2);
    const labels = topics.map((_, i) => (i % 2 === 0 ? 1 : -1));
    const scores = labels.map((label) => 0.4 * label + rng.normal());
    const estimate = clusterAuroc(
      [...scores, 50],
      [...labels, 0],
      [...topics.map((topic) => 3 * topic + 100), 7],
      400,
      3,
    );
    const interval = aurocInterval(scores, labels, topics, 10, 400, 3);
    expect(estimate).toEqual({ value: auroc(scores, labels), ...interval, n: 10 });
  });
});

describe('Platt scaling', () => {
  it.each(fixture.calibration)(
    'agrees with scipy, leave-one-topic-out probabilities with scikit-learn',
    ({ scores, labels, folds, ...expected }) => {
      const found = calibrationOf(scores, labels, folds);
      expect(found.slope / expected.slope).toBeCloseTo(1, 7);
      expect(found.offset).toBeCloseTo(expected.offset, 7);
      expect(found.brier).toBeCloseTo(expected.brier, 8);
      expect(found.expectedError).toBeCloseTo(expected.expectedError, 8);
      expect(found.bins.map((bin) => bin.n)).toEqual(expected.bins.map((bin) => bin.n));
      found.bins.forEach((bin, i) => {
        expect(bin.predicted).toBeCloseTo(expected.bins[i]!.predicted, 8);
        expect(bin.observed).toBeCloseTo(expected.bins[i]!.observed, 8);
      });
    },
  );

  it('stays finite where scores separate the poles, are all equal or huge', () => {
    const labels = [1, 1, 1, -1, -1, -1];
    const apart = plattFit([3, 2, 2.5, -2, -3, -2.5], labels);
    expect(apart.slope).toBeGreaterThan(0);
    expect(plattProbability(apart, 2.5)).toBeGreaterThan(0.7);
    expect(plattFit([0.3, 0.3, 0.3, 0.3, 0.3, 0.3], labels)).toEqual({ slope: 0, offset: 0 });
    const shifted = plattFit([1e9 + 3, 1e9 + 2, 1e9 + 2.5, 1e9 - 2, 1e9 - 3, 1e9 - 2.5], labels);
    expect(shifted.slope).toBeCloseTo(apart.slope, 5);
  });

  it('no topic has a say in its own probabilities', () => {
    const rng = createRng(2);
    const folds = Array.from({ length: 32 }, (_, i) => i >> 2);
    const labels = folds.map((_, i) => (i % 2 === 0 ? 1 : -1));
    // Scores that mean nothing: a line through all rows would look a little better than a coin, one without leak does not.
    const found = Array.from(
      { length: 40 },
      () =>
        calibrationOf(
          folds.map(() => rng.normal()),
          labels,
          folds,
        ).brier,
    );
    expect(mean(found)).toBeGreaterThan(0.25);
    expect(() => calibrationOf([1, 2], [1, -1], [4, 4])).toThrow(/at least two topics, got 1/);
  });
});

describe('naive Bayes on words', () => {
  it('agrees with scikit-learn, every topic left out in turn', () => {
    const { turns, scores, auroc: expected } = fixture.naiveBayes;
    const found = bagOfWords(turns, { draws: 200, flips: 20, seed: 1 })!;
    found.scores.forEach((score, i) => expect(score).toBeCloseTo(scores[i]!, 9));
    expect(found.auroc.value).toBeCloseTo(expected, 12);
    expect(found.auroc.n).toBe(8);
  });

  it('has the null of a fit to every flip', () => {
    const { turns } = fixture.naiveBayes;
    const found = bagOfWords(turns, { draws: 50, flips: 60, seed: 4 })!;
    const shuffles = shuffleWithinTopics(
      turns.map((turn) => turn.label),
      turns.map((turn) => turn.topic),
      turns.map((_, i) => i),
      60,
      4,
    );
    const nulls = shuffles.map(
      (labels) =>
        bagOfWords(
          turns.map((turn, i) => ({ ...turn, label: labels[i]! > 0 ? 1 : -1 })),
          { draws: 1, flips: 1, seed: 0 },
        )!.auroc.value,
    );
    expect(found.nullLow).toBeCloseTo(quantile(nulls, 0.025), 12);
    expect(found.nullHigh).toBeCloseTo(quantile(nulls, 0.975), 12);
  });

  it('takes 1,000 flips of 160 topics', () => {
    const rng = createRng(3);
    const turns: LabelledTurn[] = Array.from({ length: 320 }, (_, i) => ({
      text: Array.from({ length: 20 }, () => `w${String.fromCharCode(97 + rng.below(26), 97 + rng.below(26))}`).join(
        ' ',
      ),
      label: i % 2 === 0 ? 1 : -1,
      topic: i >> 1,
    }));
    const found = bagOfWords(turns, { draws: 2000, flips: 1000, seed: 1 })!;
    expect(found.nullLow).toBeLessThan(0.5);
    expect(found.nullHigh).toBeGreaterThan(0.5);
  });

  it('says nothing where there is nothing to learn from', () => {
    const turn = (label: 1 | -1, topic: number): LabelledTurn => ({ text: 'She ran.', label, topic });
    const options = { draws: 10, flips: 10, seed: 0 };
    expect(bagOfWords([turn(1, 0), turn(-1, 0)], options)).toBeNull();
    expect(bagOfWords([turn(1, 0), turn(1, 1)], options)).toBeNull();
    expect(bagOfWords([], options)).toBeNull();
    expect(bagOfWords([turn(1, 0), turn(-1, 0), turn(1, 1), turn(-1, 1)], options)!.auroc.value).toBe(0.5);
    expect(bagOfWords([turn(1, 0), turn(-1, 1)], options)!.scores.every(Number.isFinite)).toBe(true);
  });

  it('cuts words at everything but letters and the apostrophe inside', () => {
    expect(wordsOf("“Don’t,” she said—café 24 'quoted' well-made")).toEqual([
      "don't",
      'she',
      'said',
      'café',
      'quoted',
      'well',
      'made',
    ]);
    expect(wordCount('At 9 — no, "ten" — she   left.')).toBe(6);
    expect(wordsOf('')).toEqual([]);
  });
});

describe('selectivity', () => {
  const { hidden, penalty, topics, labels, task, labelings, control, controlSd, ...readouts } = fixture.selectivity;
  const input = {
    learned: Float32Array.from(readouts.learned),
    tested: Float32Array.from(readouts.tested),
    hidden,
    penalty,
    topics,
    draws: 500,
    seed: 3,
  };

  it('agrees with ridge of scikit-learn on the axis and on given labelings', () => {
    expect(selectivityOf({ ...input, labels }).task).toBeCloseTo(task, 12);
    for (const labeling of labelings)
      expect(selectivityOf({ ...input, labels: labeling.labels, controlTasks: 1 }).task).toBeCloseTo(
        labeling.accuracy,
        12,
      );
  });

  it('has the control of many random labelings, and their difference', () => {
    const found = selectivityOf({ ...input, labels, controlTasks: 2000 });
    expect(Math.abs(found.control - control)).toBeLessThan(5 * controlSd * Math.sqrt(1 / 2000 + 1 / 4000));
    expect(found.selectivity.value).toBeCloseTo(found.task - found.control, 12);
    expect(found.selectivity.n).toBe(10);
    expect(found.selectivity.low!).toBeLessThan(found.selectivity.value);
    expect(found.selectivity.high!).toBeGreaterThan(found.selectivity.value);
    expect(selectivityOf({ ...input, labels }).controlTasks).toBe(50);
  });

  it('is 0 where a probe can learn everything by heart, and where readings hold nothing', () => {
    const rng = createRng(1);
    const wide = Float32Array.from({ length: 24 * 200 }, () => rng.normal());
    const axis = Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const own = { hidden: 200, penalty: 0.01, labels: axis, topics: axis.map((_, i) => i >> 2), draws: 100, seed: 1 };
    expect(selectivityOf({ ...own, learned: wide, tested: wide })).toMatchObject({
      task: 1,
      control: 1,
      selectivity: { value: 0 },
    });
    const same = Float32Array.from({ length: 24 * 200 }, (_, i) => wide[i % 200]!);
    expect(selectivityOf({ ...own, learned: same, tested: same })).toMatchObject({
      task: 0.5,
      control: 0.5,
      selectivity: { value: 0 },
    });
  });

  it('refuses labels and sizes that do not fit', () => {
    expect(() => selectivityOf({ ...input, labels: labels.map((label, i) => (i === 0 ? 0 : label)) })).toThrow(
      /\+1 and -1 only/,
    );
    expect(() => selectivityOf({ ...input, labels, hidden: hidden + 1 })).toThrow(
      /40 turns of width 25 need 1000 numbers, got 960/,
    );
  });
});

/** Turns of `topics` topics: positive, negative and neutral, each its topic's base plus its pole's shift plus noise. */
function world(
  topics: number,
  hidden: number,
  shift: Record<'positive' | 'negative' | 'neutral', number[]>,
  noise: number,
  seed: number,
): { x: Float32Array; roles: RowRole[]; names: number[] } {
  const rng = createRng(seed);
  const x: number[] = [];
  const roles: RowRole[] = [];
  const names: number[] = [];
  for (let topic = 0; topic < topics; topic += 1) {
    const base = Array.from({ length: hidden }, () => rng.normal());
    for (const role of ['positive', 'negative', 'neutral'] as const) {
      x.push(...base.map((value, f) => value + (shift[role][f] ?? 0) + noise * rng.normal()));
      roles.push(role);
      names.push(topic);
    }
  }
  return { x: Float32Array.from(x), roles, names };
}

describe('poles from neutral', () => {
  const { hidden, x, roles, topics, cosine, salience, plainCosine } = fixture.geometry;
  const readings = Float32Array.from(x);

  it('cosine and salience agree with the double loop over pairs of topics', () => {
    const found = poleGeometryAt(readings, hidden, roles, topics, 500, 1);
    expect(found.cosine!.value).toBeCloseTo(cosine, 9);
    expect(found.salience!.value).toBeCloseTo(salience, 9);
    expect(found.cosine!.n).toBe(9);
    expect(Math.abs(plainCosine - cosine)).toBeGreaterThan(1e-3);
  });

  it('intervals are those of a brute-force bootstrap that multiplies no topic with itself', () => {
    const products = poleProducts(readings, hidden, roles, topics);
    const found = poleGeometryOf(products, 300, 5);
    const rng = createRng(5);
    const cosines: number[] = [];
    for (let draw = 0; draw < 300; draw += 1) {
      const drawn = Array.from({ length: 9 }, () => rng.below(9));
      const sum = (matrix: Float64Array): number =>
        drawn.reduce((all, s) => all + drawn.reduce((row, t) => row + (s === t ? 0 : matrix[s * 9 + t]!), 0), 0);
      cosines.push(sum(products.across) / Math.sqrt(sum(products.positive) * sum(products.negative)));
    }
    const defined = cosines.filter(Number.isFinite);
    // Nine topics are few (few-clusters.test.ts).
    expect(found.cosine!.low).toBeCloseTo(quantile(defined, 0.007224819183153953), 6);
    expect(found.cosine!.high).toBeCloseTo(quantile(defined, 1 - 0.007224819183153953), 6);
  });

  const shifted = (positive: number, negative: number): Record<'positive' | 'negative' | 'neutral', number[]> => ({
    positive: Array.from({ length: 40 }, (_, f) => (f === 0 ? positive : f === 1 ? 1.5 : 0)),
    negative: Array.from({ length: 40 }, (_, f) => (f === 0 ? negative : f === 1 ? 1.5 : 0)),
    neutral: [],
  });

  it('tells opposites from poles that leave neutral together', () => {
    const opposite = { ...shifted(0, 0), positive: [3], negative: [-3] };
    const apart = world(30, 40, opposite, 0.3, 1);
    const found = poleGeometryAt(apart.x, 40, apart.roles, apart.names, 500, 1);
    expect(found.cosine!.value).toBeLessThan(-0.95);
    expect(found.salience!.value).toBeLessThan(0.2);
    const together = world(30, 40, shifted(0.6, -0.6), 0.3, 2);
    const other = poleGeometryAt(together.x, 40, together.roles, together.names, 500, 1);
    expect(other.cosine!.value).toBeGreaterThan(0.3);
    expect(other.salience!.value).toBeGreaterThan(1.2);
  });

  it('owes nothing to the neutral turn that both differences share', () => {
    // Positive and negative shifts at right angles, heavy noise: the plain cosine of the means comes out well above 0.
    const right = { positive: [4], negative: [0, 4], neutral: [] };
    const found = Array.from({ length: 30 }, (_, seed) => {
      const { x: noisy, roles: poles, names } = world(24, 60, right, 1, 100 + seed);
      return poleGeometryAt(noisy, 60, poles, names, 200, 1).cosine?.value;
    }).filter((value) => value !== undefined);
    expect(found.length).toBeGreaterThan(25);
    const error = standardDeviation(found, 'sample') / Math.sqrt(found.length);
    expect(Math.abs(mean(found))).toBeLessThan(3.5 * error);
  });

  it('is not measurable where a pole is at noise, the poles are one, or topics are few', () => {
    const silent = Array.from({ length: 40 }, (_, seed) => {
      const { x: noisy, roles: poles, names } = world(20, 40, { positive: [], negative: [], neutral: [] }, 1, seed);
      return poleGeometryAt(noisy, 40, poles, names, 200, 1).cosine;
    }).filter((value) => value !== null);
    expect(silent.length).toBeLessThanOrEqual(2);
    const one = world(30, 40, shifted(0, 0), 0.3, 3);
    const same = poleGeometryAt(one.x, 40, one.roles, one.names, 300, 1);
    expect(same.cosine!.value).toBeGreaterThan(0.9);
    expect(same.salience).toBeNull();
    const few = world(5, 40, shifted(3, -3), 0.1, 4);
    expect(poleGeometryAt(few.x, 40, few.roles, few.names, 100, 1)).toEqual({ cosine: null, salience: null });
  });

  it('passes over layer 0, incomplete topics and other rows', () => {
    const flat = Float32Array.from({ length: readings.length }, (_, i) => readings[i % hidden]!);
    expect(poleGeometryAt(flat, hidden, roles, topics, 50, 1)).toEqual({ cosine: null, salience: null });
    const more = Float32Array.from([...x, ...x.slice(0, hidden)]);
    expect(poleProducts(more, hidden, [...roles, 'beat'], [...topics, 0])).toEqual(
      poleProducts(readings, hidden, roles, topics),
    );
    expect(
      poleProducts(
        readings,
        hidden,
        roles.map((role, i) => (i < 4 && role === 'neutral' ? 'setting' : role)),
        topics,
      ).topics,
    ).toBe(8);
  });

  it('each pole against neutral is AUROC with its own sign', () => {
    const found = polesAgainstNeutral(
      [2, -1, 0, 3, 1, 0],
      ['positive', 'negative', 'neutral', 'positive', 'negative', 'neutral'],
      [0, 0, 0, 1, 1, 1],
      100,
      1,
    );
    expect(found.positiveAgainstNeutral.value).toBe(1);
    expect(found.negativeAgainstNeutral.value).toBe(0.5);
    expect(found.negativeAgainstNeutral.low).toBeNull();
  });
});
