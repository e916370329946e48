import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fitDirection, type FitMethod } from '../../src/core/fit.ts';
import { heldOutScores } from '../../src/core/held-out.ts';
import { prepareLayer } from '../../src/core/layer-rows.ts';
import { createRng } from '../../src/core/rng.ts';
import { auroc } from '../../src/core/stats.ts';

interface Case {
  hidden: number;
  x: number[];
  labels: number[];
  topics: number[];
  methods: Record<FitMethod['kind'], { lambda: number; scores: (number | null)[]; direction: number[]; auroc: number }>;
}
const { fits } = JSON.parse(readFileSync(new URL('../fixtures/stats.fixture.json', import.meta.url), 'utf8')) as { fits: Case[] };

const cases = fits.flatMap((fit, i) => (['difference-of-means', 'ridge', 'zeroed-ridge'] as const).flatMap((kind) => [false, true].map((primal) => ({ name: `${kind}, data ${i}, ${primal ? 'primal' : 'dual'}`, fit, kind, primal }))));

describe.each(cases)('$name', ({ fit, kind, primal }) => {
  const expected = fit.methods[kind];
  const method: FitMethod = { kind, lambda: expected.lambda };
  const select = fit.labels.flatMap((label, i) => (kind === 'zeroed-ridge' || label !== 0 ? [i] : []));
  const labels = select.map((row) => fit.labels[row]!);
  const topics = select.map((row) => fit.topics[row]!);
  const layer = prepareLayer(Float32Array.from(fit.x), fit.hidden, select, primal);

  it('scores held-out topics as numpy and scikit-learn do', () => {
    const [scores] = heldOutScores(layer, topics, [labels], method);
    select.forEach((row, i) => {
      if (expected.scores[row] === null) expect(scores![i]).toBeNaN();
      else expect(Math.abs(scores![i]! - expected.scores[row]!)).toBeLessThan(2e-8);
    });
    expect(auroc(scores!, labels)).toBeCloseTo(expected.auroc, 12);
  });

  it('fits the same direction to all rows', () => {
    const direction = fitDirection(layer, labels, method);
    direction.forEach((value, f) => expect(Math.abs(value - expected.direction[f]!)).toBeLessThan(1e-9));
  });

  it('gives a shuffled labelling the scores of a fit to it alone', () => {
    const flipped = labels.map((label, i) => (topics[i]! % 2 === 0 ? -label : label));
    const [, together] = heldOutScores(layer, topics, [labels, flipped], method);
    const [alone] = heldOutScores(layer, topics, [flipped], method);
    expect(together).toEqual(alone);
  });
});

describe('readings that do not depend on the labels', () => {
  // Layer 0: every turn reads the same vectors at the taps.
  const hidden = 24;
  const rng = createRng(1);
  const taps = [0, 1, 2].map(() => Float32Array.from({ length: hidden }, () => rng.normal()));
  const rows = Array.from({ length: 60 }, (_, i) => ({ tap: i % 3, label: Math.floor(i / 3) % 2 === 0 ? 1 : -1, topic: Math.floor(i / 6) }));
  const x = new Float32Array(60 * hidden);
  rows.forEach(({ tap }, i) => x.set(taps[tap]!, i * hidden));
  const labels = rows.map((row) => row.label);

  it.each(['difference-of-means', 'ridge', 'zeroed-ridge'] as const)('read exactly chance and have no direction (%s)', (kind) => {
    for (const primal of [false, true]) {
      const layer = prepareLayer(x, hidden, rows.map((_, i) => i), primal);
      const [scores] = heldOutScores(layer, rows.map((row) => row.topic), [labels], { kind, lambda: 1 });
      expect(auroc(scores!, labels)).toBe(0.5);
      expect([...fitDirection(layer, labels, { kind, lambda: 1 })].every((value) => value === 0)).toBe(true);
    }
  });
});

describe('the null', () => {
  it('is at chance where nothing but the topic differs', () => {
    const hidden = 20;
    const rng = createRng(6);
    const x = new Float32Array(96 * hidden);
    for (let topic = 0; topic < 12; topic += 1) {
      const base = Array.from({ length: hidden }, () => 3 * rng.normal());
      for (let row = topic * 8; row < topic * 8 + 8; row += 1) for (let f = 0; f < hidden; f += 1) x[row * hidden + f] = base[f]! + rng.normal();
    }
    const labels = Array.from({ length: 96 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const layer = prepareLayer(x, hidden, labels.map((_, i) => i));
    const [scores] = heldOutScores(layer, labels.map((_, i) => i >> 3), [labels], { kind: 'ridge', lambda: 1 });
    expect(Math.abs(auroc(scores!, labels) - 0.5)).toBeLessThan(0.15);
  });
});
