/** The null of a judgement: shuffled labels within topics, at every layer and for the best of all. */
import { describe, expect, it } from 'vitest';
import { judgementNull } from '../../../src/probe/evidence/judgement-null.ts';
import { createRng } from '../../../src/base/rng.ts';
import { auroc, quantile } from '../../../src/stats/stats.ts';

/** One turn of each pole a topic. */
const pairs = (topics: number) => ({
  labels: Array.from({ length: topics * 2 }, (_, i) => (i % 2 === 0 ? 1 : -1)),
  topics: Array.from({ length: topics * 2 }, (_, i) => Math.floor(i / 2)),
});
const noise = (count: number, seed: number): number[] => {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => rng.normal());
};
/** Every way to swap the poles within topics. */
const everyWay = (topics: number): number[][] =>
  Array.from({ length: 2 ** topics }, (_, way) =>
    Array.from({ length: topics * 2 }, (_unused, i) => (((way >> Math.floor(i / 2)) & 1) === i % 2 ? 1 : -1)),
  );

describe('the null of a judgement', () => {
  it('is that of all ways to deal the labels, layer by layer and for the best', () => {
    const { labels, topics } = pairs(6);
    const layers = [1, 2, 3].map((seed) => noise(12, seed));
    const found = judgementNull(layers, labels, topics, 20_000, 4);
    const ways = everyWay(6);
    expect(found.ways).toBe(64);
    const exact = layers.map((scores) => ways.map((way) => auroc(scores, way)));
    layers.forEach((scores, layer) => {
      const p = exact[layer]!.filter((value) => value >= auroc(scores, labels)).length / 64;
      expect(found.pByLayer[layer]!).toBeCloseTo(p, 1);
      expect(Math.abs(found.auroc95ByLayer[layer]! - quantile(exact[layer]!, 0.95))).toBeLessThan(0.03);
    });
    const best = ways.map((_, way) => Math.max(...exact.map((layer) => layer[way]!)));
    expect(Math.abs(found.auroc95 - quantile(best, 0.95))).toBeLessThan(0.03);
    expect(found.p).toBeCloseTo(
      best.filter((value) => value >= Math.max(...layers.map((scores) => auroc(scores, labels)))).length / 64,
      1,
    );
  });

  it('is higher for the best of many layers than for one of them', () => {
    const { labels, topics } = pairs(20);
    const found = judgementNull(
      Array.from({ length: 30 }, (_, layer) => noise(40, layer)),
      labels,
      topics,
      500,
      1,
    );
    expect(found.auroc95).toBeGreaterThan(Math.max(...found.auroc95ByLayer));
    expect(found.p).toBeGreaterThan(Math.min(...found.pByLayer));
  });

  it('finds what is there, as surely as so many shuffles can, and no more where three topics allow eight ways', () => {
    const many = pairs(20);
    expect(
      judgementNull([many.labels.map((label, i) => label + 0.001 * i)], many.labels, many.topics, 999, 1),
    ).toMatchObject({ shuffles: 999, seed: 1, p: 0.001, pByLayer: [0.001] });
    const few = pairs(3);
    const found = judgementNull([few.labels], few.labels, few.topics, 4000, 1);
    expect(found.ways).toBe(8);
    expect(found.p).toBeCloseTo(1 / 8, 1);
  });

  it('counts ties as half, the same for the same seed, and deals several turns a pole', () => {
    const labels = [1, 1, -1, -1, 1, -1];
    const topics = [0, 0, 0, 0, 1, 1];
    const flat = judgementNull([[1, 1, 1, 1, 1, 1]], labels, topics, 50, 7);
    expect(flat).toMatchObject({ ways: 12, auroc95: 0.5, p: 1 });
    const layers = [noise(6, 1)];
    expect(judgementNull(layers, labels, topics, 50, 7)).toEqual(judgementNull(layers, labels, topics, 50, 7));
    expect(judgementNull(layers, labels, topics, 50, 8)).not.toEqual(judgementNull(layers, labels, topics, 50, 7));
  });
});
