import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aurocInterval, shuffleWithinTopics } from '../../../src/stats/bootstrap.ts';
import { pairedAccuracy } from '../../../src/probe/evidence/evidence.ts';
import { floatToHalf, halfToFloat } from '../../../src/base/half.ts';
import { choleskyInPlace, choleskySolve, gram, productTransposed } from '../../../src/stats/linear/linalg.ts';
import { covarianceFactor } from '../../../src/stats/linear/principal.ts';
import { createRng } from '../../../src/base/rng.ts';
import { auroc, mean, quantile, standardDeviation } from '../../../src/stats/stats.ts';

interface Fixture {
  rng: { seed: number; stream: number; uint32: number[] };
  half: { values: number[]; bits: number[] };
  summary: { values: number[]; mean: number; population_sd: number; sample_sd: number; quantiles: [number, number][] };
  auroc: { scores: number[]; labels: number[]; auroc: number }[];
  gram: { a: number[]; rows: number; width: number; gram: number[] };
  cholesky: { n: number; a: number[]; b: number[]; factor: number[]; x: number[] };
  covariance: { rows: number; width: number; x: number[]; rank: number; kept: number; truncated: number[] };
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/stats.fixture.json', import.meta.url), 'utf8'),
) as Fixture;

const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  expect(actual.length).toBe(expected.length);
  const worst = Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]!)));
  expect(worst).toBeLessThanOrEqual(tolerance);
};

describe('random numbers', () => {
  it('are those of an independent sfc32', () => {
    const { seed, stream, uint32 } = fixture.rng;
    const rng = createRng(seed, stream);
    expect(uint32.map(() => rng.uint32())).toEqual(uint32);
  });

  it('have the moments of their distributions', () => {
    const rng = createRng(1);
    const normals = Float64Array.from({ length: 100_000 }, () => rng.normal());
    expect(Math.abs(mean(normals))).toBeLessThan(0.02);
    expect(Math.abs(standardDeviation(normals, 'population') - 1)).toBeLessThan(0.02);
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i += 1) counts[rng.below(3)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('shuffle without losing anything, and refuse an empty range', () => {
    const items = createRng(5).shuffle([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(items).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...items].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(() => createRng(5).below(0)).toThrow(RangeError);
  });
});

describe('half precision', () => {
  it('rounds as numpy does, to even, into subnormals and infinity', () => {
    expect(fixture.half.values.map(floatToHalf)).toEqual(fixture.half.bits);
  });

  it('gives every one of its 65,536 values back', () => {
    const changed = Array.from({ length: 65_536 }, (_, bits) => bits).filter(
      (bits) => !Number.isNaN(halfToFloat(bits)) && floatToHalf(halfToFloat(bits)) !== bits,
    );
    expect(changed).toEqual([]);
  });
});

describe('statistics', () => {
  it('agree with numpy', () => {
    const { values, quantiles, ...expected } = fixture.summary;
    expect(mean(values)).toBeCloseTo(expected.mean, 11);
    expect(standardDeviation(values, 'population')).toBeCloseTo(expected.population_sd, 11);
    expect(standardDeviation(values, 'sample')).toBeCloseTo(expected.sample_sd, 11);
    for (const [probability, value] of quantiles) expect(quantile(values, probability)).toBeCloseTo(value, 10);
  });

  it.each(fixture.auroc.map((one, i) => [i, one] as const))(
    'AUROC agrees with scikit-learn, ties included (case %i)',
    (_, { scores, labels, auroc: expected }) => {
      expect(auroc(scores, labels)).toBeCloseTo(expected, 12);
    },
  );

  it('AUROC leaves rows with label 0 out and is NaN without a class', () => {
    expect(auroc([1, 9, 0], [1, 0, -1])).toBe(1);
    expect(auroc([1, 2], [1, 1])).toBeNaN();
  });

  it('paired accuracy counts topics, not rows, and a tie as half', () => {
    expect(pairedAccuracy([3, 2, 1, 5, 4, 4], [1, -1, 1, -1, 1, -1], [0, 0, 1, 1, 2, 2])).toBeCloseTo(0.5, 12);
  });
});

describe('resampling by topic', () => {
  const topics = Array.from({ length: 80 }, (_, i) => i >> 2);
  const labels = Array.from({ length: 80 }, (_, i) => (i % 4 < 2 ? 1 : -1));
  const turns = Array.from({ length: 80 }, (_, i) => i >> 1);

  it('gives an interval that holds the estimate and repeats for a seed', () => {
    const rng = createRng(3);
    const scores = labels.map((label) => label * 0.5 + rng.normal());
    const interval = aurocInterval(scores, labels, topics, 20, 500, 11);
    const estimate = auroc(scores, labels);
    expect(interval.low).toBeLessThan(estimate);
    expect(interval.high).toBeGreaterThan(estimate);
    expect(aurocInterval(scores, labels, topics, 20, 500, 11)).toEqual(interval);
  });

  it('is as wide as a brute-force bootstrap over topics', () => {
    const rng = createRng(4);
    const scores = labels.map((label) => label * 0.3 + rng.normal());
    const interval = aurocInterval(scores, labels, topics, 20, 1000, 11);
    const draw = createRng(11);
    const found = Array.from({ length: 1000 }, () => {
      const rows = Array.from({ length: 20 }, () => draw.below(20)).flatMap((topic) =>
        [0, 1, 2, 3].map((k) => topic * 4 + k),
      );
      return auroc(
        rows.map((row) => scores[row]!),
        rows.map((row) => labels[row]!),
      );
    });
    // Twenty topics are few (few-clusters.test.ts).
    expect(interval.low).toBeCloseTo(quantile(found, 0.015880829920347974), 6);
    expect(interval.high).toBeCloseTo(quantile(found, 1 - 0.015880829920347974), 6);
  });

  it('shuffles whole turns inside their topic and leaves zeros at zero', () => {
    const withZero = labels.map((label, i) => (i >= 76 ? 0 : label));
    const shuffles = shuffleWithinTopics(withZero, topics, turns, 50, 9);
    for (const shuffled of shuffles) {
      for (let i = 0; i < 76; i += 2) expect(shuffled[i]).toBe(shuffled[i + 1]);
      for (let i = 0; i < 76; i += 4) expect(shuffled[i]! + shuffled[i + 2]!).toBe(0);
      expect([...shuffled.slice(76)]).toEqual([0, 0, 0, 0]);
    }
    const flipped = mean(shuffles.map((shuffled) => (shuffled[0] === labels[0] ? 0 : 1)));
    expect(flipped).toBeGreaterThan(0.2);
    expect(flipped).toBeLessThan(0.8);
  });
});

describe('linear algebra', () => {
  it("A A' agrees with numpy, tiles and their ragged edges alike", () => {
    const { a, rows, width, gram: expected } = fixture.gram;
    expectClose(gram(Float32Array.from(a), rows, width), expected, 1e-9);
    expectClose(productTransposed(Float64Array.from(a), rows, Float64Array.from(a), rows, width), expected, 1e-9);
  });

  it('gives equal rows bit-equal products wherever they stand', () => {
    const rng = createRng(2);
    const rows = Array.from({ length: 7 }, () => Float64Array.from({ length: 33 }, () => rng.normal()));
    const a = Float64Array.from([...rows, rows[0]!].flatMap((row) => [...row]));
    const product = productTransposed(a, 8, a, 8, 33);
    for (let j = 0; j < 8; j += 1) expect(product[7 * 8 + j]).toBe(product[j]);
  });

  it('Cholesky agrees with numpy and scipy', () => {
    const { n, a, b, factor, x } = fixture.cholesky;
    const work = Float64Array.from(a);
    choleskyInPlace(work, n);
    for (let i = 0; i < n; i += 1)
      for (let j = 0; j <= i; j += 1) expect(work[i * n + j]).toBeCloseTo(factor[i * n + j]!, 10);
    const solution = Float64Array.from(b);
    choleskySolve(work, n, solution);
    expectClose(solution, x, 1e-10);
  });

  it('Cholesky solves a system over several blocks, and refuses one that is not positive definite', () => {
    const n = 101;
    const rng = createRng(8);
    const factor = Float64Array.from({ length: n * 120 }, () => rng.normal());
    const a = productTransposed(factor, n, factor, n, 120);
    const x = Float64Array.from({ length: n }, () => rng.normal());
    const b = Float64Array.from({ length: n }, (_, i) => x.reduce((sum, value, j) => sum + value * a[i * n + j]!, 0));
    choleskyInPlace(a, n);
    choleskySolve(a, n, b);
    expectClose(b, x, 1e-8);
    expect(() => choleskyInPlace(Float64Array.from([1, 2, 2, 1]), 2)).toThrow(/pivot 1 of 2/);
  });

  it('the covariance factor keeps the largest components', () => {
    const { rows, width, x, rank, kept, truncated } = fixture.covariance;
    const found = covarianceFactor(Float64Array.from(x), rows, width, rank);
    expect(found.kept).toBeCloseTo(kept, 10);
    const product = Float64Array.from({ length: width * width }, (_, at) => {
      let sum = 0;
      for (let r = 0; r < rank; r += 1)
        sum += found.factor[r * width + Math.floor(at / width)]! * found.factor[r * width + (at % width)]!;
      return sum;
    });
    expectClose(product, truncated, 1e-9);
  });

  it('the covariance factor finds components where rows are many', () => {
    const rng = createRng(12);
    const rows = 150;
    const width = 60;
    const x = Float64Array.from({ length: rows * width }, (_, i) => rng.normal() / (1 + (i % width)));
    const { factor, kept } = covarianceFactor(x, rows, width, 20);
    expect(kept).toBeGreaterThan(0.95);
    const norms = Array.from({ length: 20 }, (_, r) =>
      factor.subarray(r * width, (r + 1) * width).reduce((sum, value) => sum + value * value, 0),
    );
    for (let r = 1; r < 20; r += 1) expect(norms[r]!).toBeLessThanOrEqual(norms[r - 1]! * (1 + 1e-9));
  });
});
