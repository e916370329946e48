import { describe, expect, it } from 'vitest';
import { strengthOf } from '../../../src/probe/claims/claim-reading.ts';
import type { MethodCurve } from '../../../src/probe/report-types.ts';
import { createRng } from '../../../src/base/rng.ts';
import type { RowInfo, RowRole } from '../../../src/stats/linear/rows.ts';
import { mean, standardDeviation } from '../../../src/stats/stats.ts';
import { layerSource, methodCurve } from '../../../src/training/method-curve.ts';
import { readingsIn } from '../../../src/training/readings.ts';

const TOPICS = 10;
const HIDDEN = 30;
const LAYERS = 4;
const RUNS = 160;
const ROLES: readonly RowRole[] = ['setting', 'positive', 'negative', 'neutral'];
const info = Array.from({ length: TOPICS * ROLES.length }, (_, turn): RowInfo => {
  const role = ROLES[turn % ROLES.length]!;
  return {
    role,
    topic: Math.floor(turn / ROLES.length),
    story: -1,
    set: 0,
    side: role === 'positive' ? 1 : role === 'negative' ? -1 : 0,
    turn,
    beats: -1,
    readout: 0,
    tokensBefore: 20,
  };
});
const readings = readingsIn({
  info,
  hidden: HIDDEN,
  topicCount: TOPICS,
  storyCount: 0,
  residuals: [],
  own: new Map(),
  embeddings: new Map(),
});

/** A whole judgement of readings that differ by topic and by noise, but not by pole. */
function onNoise(seed: number): MethodCurve {
  const rng = createRng(seed, 1);
  const curve = methodCurve(readings, { kind: 'ridge', target: 'zeroed', penalty: 1 }, 99, seed);
  const scenes = Array.from({ length: TOPICS * HIDDEN }, () => 2 * rng.normal());
  for (let layer = 0; layer < LAYERS; layer += 1)
    curve.add(
      layerSource(
        Float32Array.from(
          { length: info.length * HIDDEN },
          (_, at) => (scenes[info[Math.floor(at / HIDDEN)]!.topic * HIDDEN + (at % HIDDEN)] ?? NaN) + rng.normal(),
        ),
        HIDDEN,
      ),
    );
  return curve.finish();
}

describe('readings without a difference between the poles', () => {
  const curves = Array.from({ length: RUNS }, (_, run) => onNoise(run + 1));
  const share = (holds: (curve: MethodCurve) => boolean): number => curves.filter(holds).length / RUNS;

  it('have nested AUROC at chance, though the best layer looks better', () => {
    const nested = curves.map((curve) => curve.nested.auroc.value);
    expect(Math.abs(mean(nested) - 0.5)).toBeLessThan((4 * standardDeviation(nested, 'sample')) / Math.sqrt(RUNS));
    expect(mean(curves.map((curve) => Math.max(...curve.auroc)))).toBeGreaterThan(0.55);
  });

  it('have p as often at or below a level as the level says', () => {
    for (const level of [0.05, 0.2, 0.5, 0.8])
      expect(Math.abs(share(({ p }) => p <= level) - level)).toBeLessThan(4 * Math.sqrt((level * (1 - level)) / RUNS));
  });

  it('have nested intervals that hold 0.5 as often as they say, and are hardly ever called shown or reversed', () => {
    expect(share(({ nested: { auroc } }) => (auroc.low ?? 0) > 0.5 || (auroc.high ?? 1) < 0.5)).toBeLessThan(0.05);
    expect(share((curve) => ['shown', 'reversed'].includes(strengthOf(curve)))).toBeLessThan(0.05);
  });
});
