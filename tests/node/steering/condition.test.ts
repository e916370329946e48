/** Conditions on steering: which layers may decide, what is refused, and the stretches that are remembered. */
import { describe, expect, it } from 'vitest';
import type { Probe } from '../../../src/probe/probe-types.ts';
import {
  checkCondition,
  CONDITION_SIDES,
  conditionLayer,
  conditionOf,
  tokensIn,
  type TokenStretch,
  withToken,
} from '../../../src/steering/condition.ts';
import { readProbe } from '../../../src/cli/files.ts';
import { PROBE } from '../../fixtures/embedded-model.ts';

describe('the layer that decides', () => {
  const layers = { trace: { layers: [14, 16, 18] } } as unknown as Pick<Probe, 'trace'>;
  it.each([
    [18, 16],
    [19, 18],
    [17, 16],
    [14, null],
  ])('below layer %i is %s', (first, layer) => expect(conditionLayer(layers, first)).toBe(layer));
  it('is none of a probe that is read at sentence ends alone', () =>
    expect(conditionLayer({ trace: null }, 18)).toBeNull());
});

describe('a condition is refused', () => {
  const at = (layer: number, threshold = 1) => ({ layer, threshold, side: 'above' as const });
  it.each<[string, () => void, RegExp]>([
    [
      'where steering would move the reading',
      () => checkCondition(at(12), [{ from: 18 }, { from: 12 }]),
      /below the first steered layer, 12: at layer 12 .* layer 11 or lower/,
    ],
    ['below nothing', () => checkCondition(at(1), [{ from: 1 }]), /Steer from a higher layer on/],
    ['at the embedding', () => checkCondition(at(0), [{ from: 18 }]), /at layer 0/],
    [
      'beyond all readings',
      () => checkCondition(at(3, 21), [{ from: 18 }]),
      /A reading beyond 21 standard deviations does not happen/,
    ],
    ['that is no number', () => checkCondition(at(3, NaN), [{ from: 18 }]), /beyond NaN/],
    [
      'of a probe that is read at sentence ends alone',
      () => conditionOf({ title: 'Old', trace: null }, at(3)),
      /Old is read at the ends of sentences alone/,
    ],
  ])('%s', (_, act, message) =>
    expect(act).toThrow(
      expect.objectContaining({ code: 'push-invalid', message: expect.stringMatching(message) as string }),
    ),
  );
  it('but not below all steered layers', () =>
    expect(() => checkCondition(at(11), [{ from: 18 }, { from: 12 }])).not.toThrow());
});

it('a reading that is no number lies on neither side', () =>
  expect([
    CONDITION_SIDES.above.holds(NaN, 0),
    CONDITION_SIDES.below.holds(NaN, 0),
    CONDITION_SIDES.above.holds(1, 1),
  ]).toEqual([false, false, false]));

it('reads as the probe reads inside sentences: w·h less zero of the mean over its texts', async () => {
  const { probe } = await readProbe(PROBE);
  const { inside } = probe.trace!;
  const { hidden, layerCount } = probe.model;
  const means = [1, 3].map((scale) =>
    Float32Array.from({ length: (layerCount + 1) * hidden }, (_, at) => scale * Math.sin(at)),
  );
  const layer = 16;
  let expected = -inside.zero[layer]!;
  for (let f = 0; f < hidden; f += 1)
    expected += inside.directions[layer * hidden + f]! * 2 * Math.sin(layer * hidden + f);
  const { texts, reading, holds } = conditionOf(probe, { layer, side: 'below', threshold: expected + 0.1 });
  expect(texts).toEqual(['It was an act of']);
  expect(reading(means)).toBeCloseTo(expected, 3);
  expect(holds(reading(means))).toBe(true);
});

it('remembers tokens as stretches', () => {
  const stretches = [3, 4, 5, 8, 10, 11].reduce<readonly TokenStretch[]>(withToken, []);
  expect(stretches).toEqual([
    [3, 5],
    [8, 8],
    [10, 11],
  ]);
  expect([tokensIn(stretches), tokensIn([])]).toEqual([6, 0]);
});
