import { describe, expect, it } from 'vitest';
import { jackknifeAuroc } from '../../../src/stats/jackknife.ts';
import type { Candidate } from '../../../src/probe/fit/nested.ts';
import { nestedEvidence } from '../../../src/probe/evidence/nested-evidence.ts';

describe('the jackknife', () => {
  it('has the textbook standard error of a mean, on the logit scale', () => {
    // For a mean, the delete-one jackknife is s/sqrt(n) exactly.
    const values = [0.61, 0.74, 0.68, 0.9, 0.55, 0.83, 0.7, 0.77];
    const n = values.length;
    const total = values.reduce((a, b) => a + b, 0);
    const mean = total / n;
    const found = jackknifeAuroc(
      mean,
      values.map((value) => (total - value) / (n - 1)),
    );
    const se = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1) / n);
    const logit = (p: number): number => Math.log(p / (1 - p));
    expect(logit(found.high!) - logit(mean)).toBeCloseTo((1.959963984540054 * se) / (mean * (1 - mean)), 10);
    expect(logit(mean) - logit(found.low!)).toBeCloseTo((1.959963984540054 * se) / (mean * (1 - mean)), 10);
    expect(found).toMatchObject({ value: mean, n });
  });

  it('stays within 0 and 1, and has no interval below six topics', () => {
    expect(jackknifeAuroc(1, [1, 1, 0.98, 1, 1, 1])).toMatchObject({ high: 1 });
    expect(jackknifeAuroc(0.97, [0.5, 0.99, 0.99, 0.99, 0.99, 0.99]).high!).toBeLessThan(1);
    expect(jackknifeAuroc(0.7, [0.7, 0.7, 0.7, 0.7, 0.7])).toEqual({
      value: 0.7,
      low: null,
      high: null,
      n: 5,
      note: 'too few topics for an interval',
    });
  });
});

describe('the nested AUROC', () => {
  const topics = 8;
  const units = Array.from({ length: topics }, (_, topic) => [2 * topic, 2 * topic + 1]);
  const labels = Array.from({ length: 2 * topics }, (_, row) => (row % 2 === 0 ? 1 : -1));
  const candidate = (layer: number, inner: (topic: number) => number): Candidate => ({
    layer,
    penalty: 1,
    inner: Float64Array.from({ length: topics }, (_, topic) => inner(topic)),
    outer: Float64Array.from(labels, (label, row) => label + 0.3 * layer * ((row * 7) % 5)),
  });
  const early = candidate(1, (topic) => (topic < 5 ? 0.8 + 0.01 * topic : 0.6));
  const late = candidate(2, (topic) => (topic < 5 ? 0.5 : 0.9));

  it('has an interval in which layer and penalty are chosen anew without each topic', () => {
    const { auroc, chosen } = nestedEvidence([early, late], { units, labels });
    expect(chosen).toEqual([
      { layer: 1, penalty: 1, folds: 5 },
      { layer: 2, penalty: 1, folds: 3 },
    ]);
    expect(auroc).toEqual(
      jackknifeAuroc(
        auroc.value,
        early.inner.map((inner, topic) => Math.max(inner, late.inner[topic]!)),
      ),
    );
  });
});
