import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { directionOf, fitLayer, prepareLayer, standardDirection, wholeScores } from '../../../src/probe/fit/fit.ts';
import type { Design, PreparedLayer } from '../../../src/probe/fit/smoother.ts';
import {
  applyOperator,
  coefficientsWithout,
  leaveOutOperator,
  leaveUnitsOut,
} from '../../../src/probe/fit/leave-out.ts';
import { chosenCandidate, groupCandidate } from '../../../src/probe/fit/left-out-groups.ts';
import { nestedCandidate, nestedChoice, topicBlock } from '../../../src/probe/fit/nested.ts';
import type { FitMethod } from '../../../src/probe/probe-types.ts';
import { createRng } from '../../../src/base/rng.ts';
import { auroc } from '../../../src/stats/stats.ts';

interface Reference {
  lambda: number;
  shrinkage: number;
  coefficients: number[];
  scores: number[];
  leftOut: number[];
}
const { fits } = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/judging.fixture.json', import.meta.url), 'utf8'),
) as {
  fits: {
    hidden: number;
    x: number[];
    labels: number[];
    groups: number[];
    poleRows: number;
    poles: Record<'ridge' | 'logistic' | 'lda' | 'ldaAsRidge', Reference>;
    zeroed: Record<'ridge' | 'logistic', Reference>;
  };
};
const method = (kind: FitMethod['kind'], penalty: number): FitMethod => ({ kind, target: 'poles', penalty });
const designOf = (labels: readonly number[], weight = (_: number): number => 1): Design => ({
  targets: Float64Array.from(labels),
  weights: Float64Array.from(labels, (_, i) => weight(i)),
});
const unitsOf = (groups: readonly number[]): number[][] => {
  const units: number[][] = [];
  groups.forEach((group, row) => (units[group] ??= []).push(row));
  return units.filter(() => true);
};
/** The rows of the fixture with the poles alone, or all; their standard units are those of the poles, as in the fixture. */
const prepared = (count: number, primal: boolean): PreparedLayer =>
  prepareLayer(
    Float32Array.from(fits.x),
    fits.hidden,
    Array.from({ length: count }, (_, i) => i),
    designOf(fits.labels.slice(0, count)),
    primal,
  );
const closest = (a: ArrayLike<number>, b: readonly number[]): number =>
  b.reduce((most, value, i) => Math.max(most, Math.abs(value - (a[i] ?? NaN))), 0);
const correlation = (a: ArrayLike<number>, b: readonly number[]): number => {
  const mean = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let ab = 0,
    aa = 0,
    bb = 0;
  b.forEach((value, i) => {
    ab += (a[i]! - ma) * (value - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (value - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
};

describe.each([false, true])('against scikit-learn and numpy (primal form: %s)', (primal) => {
  const { poleRows, groups, poles } = fits;
  const units = unitsOf(groups.slice(0, poleRows));
  const layer = prepared(poleRows, primal);

  it('ridge: direction, scores, and every group left out', () => {
    const fit = fitLayer(layer, method('ridge', poles.ridge.lambda));
    expect(correlation(standardDirection(layer, fit), poles.ridge.coefficients)).toBeCloseTo(1, 9);
    expect(closest(leaveUnitsOut(fit, units), poles.ridge.leftOut)).toBeLessThan(2e-3);
  });

  it('LDA with shrinkage: the same direction as (1 - g) S_w + g I, and its held-out ranks', () => {
    const fit = fitLayer(layer, method('lda', poles.lda.shrinkage));
    expect(correlation(standardDirection(layer, fit), poles.lda.coefficients)).toBeGreaterThan(0.999999);
    expect(correlation(leaveUnitsOut(fit, units), poles.lda.leftOut)).toBeGreaterThan(0.999);
  });

  it('logistic regression: scores exactly, held-out scores within one Newton step', () => {
    const fit = fitLayer(layer, method('logistic', poles.logistic.lambda));
    const whole = wholeScores(layer, fit, Float32Array.from(fits.x.slice(0, poleRows * fits.hidden)));
    expect(closest(whole, poles.logistic.scores)).toBeLessThan(1e-4);
    expect(correlation(leaveUnitsOut(fit, units), poles.logistic.leftOut)).toBeGreaterThan(0.999);
  });
});

describe('exact identities', () => {
  const hidden = 30;
  const rng = createRng(5);
  const topics = 10;
  const roles = [1, -1, 0];
  const labels = Array.from({ length: topics * 3 }, (_, i) => roles[i % 3]!);
  const groups = labels.map((_, i) => Math.floor(i / 3));
  const axis = Array.from({ length: hidden }, () => rng.normal());
  const x = Float32Array.from(
    { length: labels.length * hidden },
    (_, at) => rng.normal() + 0.5 * labels[Math.floor(at / hidden)]! * axis[at % hidden]!,
  );
  const all = labels.map((_, i) => i);
  const weigh = (i: number): number => (i % 3 === 2 ? 4 : 1);
  const layerOf = (primal: boolean): PreparedLayer => prepareLayer(x, hidden, all, designOf(labels, weigh), primal);
  const units = unitsOf(groups);
  /** A fit without some rows, in the units of all rows, made anew. */
  const refit = (
    layer: PreparedLayer,
    leave: readonly number[],
    targets: readonly number[],
    lambda: number,
  ): Float64Array => {
    const keep = all.filter((row) => !leave.includes(row));
    const z = new Float64Array(keep.length * hidden);
    keep.forEach((row, i) => z.set(layer.rows.z.subarray(row * hidden, (row + 1) * hidden), i * hidden));
    const rows = { ...layer.rows, count: keep.length, z };
    // Gaussian elimination on (K + lambda C^-1) a = y.
    const n = keep.length;
    const a = keep.map((r, i) => [
      ...keep.map((_, j) => {
        let dot = 0;
        for (let f = 0; f < hidden; f += 1) dot += z[i * hidden + f]! * z[j * hidden + f]!;
        return dot / hidden + 1000 * lambda + (i === j ? lambda / weigh(r) : 0);
      }),
      targets[r]!,
    ]);
    for (let i = 0; i < n; i += 1) {
      for (let k = i + 1; k < n; k += 1) {
        const factor = a[k]![i]! / a[i]![i]!;
        for (let j = i; j <= n; j += 1) a[k]![j]! -= factor * a[i]![j]!;
      }
    }
    const alpha = new Float64Array(n);
    for (let i = n - 1; i >= 0; i -= 1) {
      let sum = a[i]![n]!;
      for (let j = i + 1; j < n; j += 1) sum -= a[i]![j]! * alpha[j]!;
      alpha[i] = sum / a[i]![i]!;
    }
    const w = new Float64Array(hidden);
    for (let i = 0; i < n; i += 1)
      for (let f = 0; f < hidden; f += 1) w[f]! += (alpha[i]! * rows.z[i * hidden + f]!) / hidden;
    const intercept = 1000 * lambda * alpha.reduce((sum, value) => sum + value, 0);
    return Float64Array.from(all, (row) => {
      let dot = intercept;
      for (let f = 0; f < hidden; f += 1) dot += w[f]! * layer.rows.z[row * hidden + f]!;
      return dot;
    });
  };

  it.each([false, true])('a unit left out scores as a fit without it (primal form: %s)', (primal) => {
    const layer = layerOf(primal);
    const fit = fitLayer(layer, method('ridge', 0.7));
    const held = leaveUnitsOut(fit, units);
    for (const unit of units.slice(0, 3)) {
      const scores = refit(layer, unit, labels, 0.7);
      for (const row of unit) expect(held[row]).toBeCloseTo(scores[row]!, 7);
      const [along] = wholeScores(
        layer,
        { smoother: fit.smoother, coefficients: coefficientsWithout(fit, unit) },
        x.slice(unit[0]! * hidden, (unit[0]! + 1) * hidden),
      );
      expect(along).toBeCloseTo(scores[unit[0]!]!, 6);
    }
  });

  it('label shuffles through the operator score as fits to them alone', () => {
    const layer = layerOf(false);
    const { smoother } = fitLayer(layer, method('ridge', 0.7));
    const poles = all.filter((row) => labels[row] !== 0);
    const flipped = poles.map((row) => (groups[row]! % 2 === 0 ? -labels[row]! : labels[row]!));
    const operator = leaveOutOperator(smoother, units, poles);
    const places = units.map((unit) => unit.filter((row) => labels[row] !== 0).map((row) => poles.indexOf(row)));
    const [scores] = applyOperator(operator, [flipped], places);
    // The general way gives the same as the way for pairs.
    const [general] = applyOperator(operator, [flipped], [poles.map((_, i) => i)]);
    expect(closest(scores!, [...general!])).toBeLessThan(1e-12);
    const full = labels.map((label, row) => (poles.includes(row) ? flipped[poles.indexOf(row)]! : label));
    operator.scored.forEach((row, i) => {
      if (i < 6) expect(scores![i]).toBeCloseTo(refit(layer, units[groups[row]!]!, full, 0.7)[row]!, 7);
    });
  });

  it('the nested choice rests on fits without both topics', () => {
    const layer = layerOf(false);
    const candidate = nestedCandidate(fitLayer(layer, method('ridge', 0.7)), { units, labels }, 3, 0.7);
    const topic = 4;
    const others = all.filter((row) => groups[row] !== topic && labels[row] !== 0);
    const inner = others.map((row) => refit(layer, [...units[topic]!, ...units[groups[row]!]!], labels, 0.7)[row]!);
    expect(candidate.inner[topic]).toBeCloseTo(
      auroc(
        inner,
        others.map((row) => labels[row]!),
      ),
      12,
    );
    const { chosen, scores } = nestedChoice(
      [candidate, { ...candidate, layer: 5, inner: candidate.inner.map((value) => value - 0.1) }],
      { units, labels },
    );
    expect(chosen.map((one) => one.layer)).toEqual(new Array(topics).fill(3));
    expect(scores).toHaveLength(topics * 2);
  });

  it.each([false, true])(
    'a group of topics left out is read by a fit without it, and chooses by fits without it and the topic scored (primal form: %s)',
    (primal) => {
      const layer = layerOf(primal);
      const fit = fitLayer(layer, method('ridge', 0.7));
      const topicsOf = { units, labels };
      const group = new Set([2, 5, 6]);
      const left = units.flatMap((unit, topic) => (group.has(topic) ? unit : []));
      const found = groupCandidate(fit, topicsOf, topicBlock(fit, topicsOf), group, 3, 0.7);
      const without = refit(layer, left, labels, 0.7);
      left.forEach((row, i) => expect(found.outer[i]).toBeCloseTo(without[row]!, 6));
      const others = all.filter((row) => !group.has(groups[row]!) && labels[row] !== 0);
      const inner = others.map((row) => refit(layer, [...left, ...units[groups[row]!]!], labels, 0.7)[row]!);
      expect(found.inner).toBeCloseTo(
        auroc(
          inner,
          others.map((row) => labels[row]!),
        ),
        12,
      );
      expect(() => groupCandidate(fit, topicsOf, topicBlock(fit, topicsOf), new Set(units.keys()), 3, 0.7)).toThrow(
        RangeError,
      );
      expect(chosenCandidate([{ ...found, inner: 0.5 }, found, { ...found, layer: 9 }]).layer).toBe(3);
    },
  );

  it('difference of means is the endless penalty, and a weight of 4 is four equal rows', () => {
    const poles = all.filter((row) => labels[row] !== 0);
    const layer = prepareLayer(x, hidden, poles, designOf(poles.map((row) => labels[row]!)));
    const w = standardDirection(layer, fitLayer(layer, method('difference-of-means', 0)));
    const difference = Array.from({ length: hidden }, (_, f) =>
      poles.reduce((sum, row, i) => sum + labels[row]! * layer.rows.z[i * hidden + f]!, 0),
    );
    expect(correlation(w, difference)).toBeCloseTo(1, 10);
    const weighted = layerOf(false);
    const repeated = all.flatMap((row) => new Array<number>(weigh(row)).fill(row));
    const copies = {
      ...weighted.rows,
      count: repeated.length,
      z: Float64Array.from(repeated.flatMap((row) => [...weighted.rows.z.subarray(row * hidden, (row + 1) * hidden)])),
    };
    const { parts } = prepareLayer(x, hidden, repeated, designOf(repeated.map((row) => labels[row]!)), true);
    expect(parts.rows.count).toBe(copies.count);
    const direct = fitLayer(
      {
        rows: copies,
        design: designOf(repeated.map((row) => labels[row]!)),
        parts: { ...parts, rows: copies, matrix: gram(copies.z, hidden) },
      },
      method('ridge', 0.7),
    );
    const own = fitLayer(weighted, method('ridge', 0.7));
    expect(
      correlation(standardDirection({ ...weighted, rows: copies }, direct), [...standardDirection(weighted, own)]),
    ).toBeCloseTo(1, 9);
  });

  function gram(z: Float64Array, width: number): Float64Array {
    const out = new Float64Array(width * width);
    for (let row = 0; row < z.length / width; row += 1)
      for (let i = 0; i < width; i += 1)
        for (let j = 0; j < width; j += 1) out[i * width + j]! += (z[row * width + i]! * z[row * width + j]!) / width;
    return out;
  }
});

describe('readings that do not depend on the labels', () => {
  // Layer 0: every turn reads the same vectors at the control texts, so every reading is the same.
  const hidden = 24;
  const rng = createRng(1);
  const vector = Array.from({ length: hidden }, () => 3 + rng.normal());
  const labels = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const x = Float32Array.from({ length: 40 * hidden }, (_, at) => vector[at % hidden]!);
  const units = unitsOf(labels.map((_, i) => Math.floor(i / 4)));

  it.each(['difference-of-means', 'ridge', 'lda', 'logistic'] as const)(
    'read exactly chance and have no direction (%s)',
    (kind) => {
      for (const primal of [false, true]) {
        const layer = prepareLayer(
          x,
          hidden,
          labels.map((_, i) => i),
          designOf(labels),
          primal,
        );
        const fit = fitLayer(layer, method(kind, 0.5));
        expect(auroc(leaveUnitsOut(fit, units), labels)).toBe(0.5);
        expect([...directionOf(layer, fit)].every((value) => value === 0)).toBe(true);
      }
    },
  );
});

describe('the null', () => {
  it('is at chance where nothing but the topic differs', () => {
    const hidden = 20;
    const rng = createRng(6);
    const x = new Float32Array(96 * hidden);
    for (let topic = 0; topic < 12; topic += 1) {
      const base = Array.from({ length: hidden }, () => 3 * rng.normal());
      for (let row = topic * 8; row < topic * 8 + 8; row += 1)
        for (let f = 0; f < hidden; f += 1) x[row * hidden + f] = base[f]! + rng.normal();
    }
    const labels = Array.from({ length: 96 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const layer = prepareLayer(
      x,
      hidden,
      labels.map((_, i) => i),
      designOf(labels),
    );
    const held = leaveUnitsOut(fitLayer(layer, method('ridge', 1)), unitsOf(labels.map((_, i) => i >> 3)));
    expect(Math.abs(auroc(held, labels) - 0.5)).toBeLessThan(0.15);
  });
});
