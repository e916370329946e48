/** From settings and a direction to what is done to the stream, by hand. */
import { describe, expect, it } from 'vitest';
import { firstSteered, type SteeringSettings } from '../../../src/steering/steering.ts';
import type { NeutralGround } from '../../../src/steering/steering-runner.ts';
import { makeSteering } from '../../../src/steering/make-steering.ts';

const model = { id: 'three-layers', weightsSha256: '', layerCount: 3, hidden: 2 };
/** Nothing at the embedding, (3, 4) of length 5 at layer 1, (0, 2) at layer 2, (-6, 8) of length 10 at layer 3. */
const direction = { title: 'a direction', vectors: Float32Array.of(0, 0, 3, 4, 0, 2, -6, 8) };
const ground: NeutralGround = {
  texts: 1,
  tokens: 1,
  lengths: [1, 10, 20, 40],
  mean: Float32Array.of(0, 0, 1, 2, 3, 5, 7, 1),
};
const settings: SteeringSettings = { mode: 'add', pole: 'positive', from: 1, to: 1, strength: 0.5, where: 'generated' };
const steered = (change: Partial<SteeringSettings>) =>
  makeSteering(direction, { ...settings, ...change }, ground, model);

describe('steering', () => {
  it('that adds is a vector of strength × typical length, towards its pole', () => {
    expect(steered({})).toEqual([{ stream: 1, add: Float32Array.of(3, 4), bound: null }]); // 0.5 × 10 × (3, 4) / 5
    expect(steered({ pole: 'negative' })).toEqual([{ stream: 1, add: Float32Array.of(-3, -4), bound: null }]);
  });

  it('of several layers has the typical length of each', () => {
    expect(steered({ to: 3, strength: 0.25 })).toEqual([
      { stream: 1, add: Float32Array.of(1.5, 2), bound: null },
      { stream: 2, add: Float32Array.of(0, 5), bound: null },
      { stream: 3, add: Float32Array.of(-6, 8), bound: null },
    ]);
  });

  it('that caps keeps the product from falling behind the mean of neutral text and the strength, on the side of its pole', () => {
    const [up] = steered({ mode: 'cap', strength: 0.5 });
    expect(up?.add).toBeNull();
    expect([...(up?.bound?.direction ?? [])]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
    expect(up?.bound?.low).toBeCloseTo(0.6 * 1 + 0.8 * 2 + 5, 6);
    expect(up?.bound?.high).toBe(Infinity);
    const [down] = steered({ mode: 'cap', pole: 'negative', strength: 0.5 });
    expect(down?.bound?.low).toBe(-Infinity);
    expect(down?.bound?.high).toBeCloseTo(0.6 * 1 + 0.8 * 2 - 5, 6);
  });

  it('that caps may have a bound on the far side of neutral', () => {
    expect(steered({ mode: 'cap', strength: -2 })[0]?.bound?.low).toBeCloseTo(2.2 - 20, 6);
    expect(steered({ mode: 'cap', pole: 'negative', strength: -2 })[0]?.bound?.high).toBeCloseTo(2.2 + 20, 6);
  });

  it('that ablates leaves no product, whatever its pole and strength', () => {
    const [gone] = steered({ mode: 'ablate', from: 2, to: 2, strength: NaN });
    expect(gone).toEqual({ stream: 2, add: null, bound: { direction: Float32Array.of(0, 1), low: 0, high: 0 } });
  });

  it.each<[string, Partial<SteeringSettings>, RegExp]>([
    ['layer 0', { from: 0, to: 1 }, /Layers 0 to 1 cannot be steered: three-layers has 1 to 3/],
    ['a layer beyond the last', { from: 3, to: 4 }, /Layers 3 to 4 cannot be steered/],
    [
      'layers the wrong way round',
      { from: 3, to: 2 },
      /Layers 3 to 2 cannot be steered: .*the first not after the last/,
    ],
    [
      'a mode that there is not',
      { mode: 'rotate' as SteeringSettings['mode'] },
      /"rotate" is no mode of steering: give one of add, cap, ablate\./,
    ],
    [
      'a mode that objects have by nature',
      { mode: 'toString' as SteeringSettings['mode'] },
      /"toString" is no mode of steering/,
    ],
    [
      'a pole that there is not',
      { pole: 'neutral' as SteeringSettings['pole'] },
      /"neutral" is no pole of steering: give one of positive, negative\./,
    ],
    [
      'a place that there is not',
      { where: 'prompt' as SteeringSettings['where'] },
      /"prompt" is no where of steering: give one of all, generated\./,
    ],
    ['half a layer', { from: 1.5, to: 2 }, /Layers 1\.5 to 2/],
    [
      'a strength beyond the strongest',
      { strength: 2.01 },
      /A strength of 2\.01 is not between 0 and 2 lengths of the stream/,
    ],
    ['a negative length', { strength: -0.1 }, /A strength of -0\.1 is not between 0 and 2/],
    ['a bound beyond the strongest', { mode: 'cap', strength: -2.1 }, /A strength of -2\.1 is not between -2 and 2/],
    ['a strength that is no number', { strength: NaN }, /A strength of NaN/],
    ['a position before the text', { where: -1 }, /Position -1 is no place to steer from/],
    ['a position between tokens', { where: 2.5 }, /Position 2\.5 is no place/],
  ])('refuses %s', (_, change, message) => {
    expect(() => steered(change)).toThrow(
      expect.objectContaining({ code: 'push-invalid', message: expect.stringMatching(message) as string }),
    );
  });

  it('refuses a direction of another size, one that points nowhere, and a layer without a scale', () => {
    const refused = (message: RegExp) =>
      expect.objectContaining({ code: 'push-invalid', message: expect.stringMatching(message) as string }) as Error;
    expect(() =>
      makeSteering({ title: 'a wider one', vectors: new Float32Array(12).fill(1) }, settings, ground, model),
    ).toThrow(refused(/a wider one has 12 numbers, and three-layers takes 4 layers of 2: 8/));
    expect(() =>
      makeSteering({ ...direction, vectors: Float32Array.of(1, 1, 0, 0, 1, 1, 1, 1) }, settings, ground, model),
    ).toThrow(refused(/a direction points nowhere at layer 1/));
    expect(() =>
      makeSteering(
        { ...direction, vectors: direction.vectors.map((value, index) => (index === 2 ? NaN : value)) },
        settings,
        ground,
        model,
      ),
    ).toThrow(refused(/a direction points nowhere at layer 1/));
    for (const mode of ['add', 'cap'] as const)
      for (const length of [0, NaN])
        expect(() =>
          makeSteering(direction, { ...settings, mode }, { ...ground, lengths: [1, length, 20, 40] }, model),
        ).toThrow(refused(/no typical length at layer 1/));
  });
});

describe('the first token that is steered', () => {
  it('is the first behind the attention sink, the last that is given, or the one that is named', () => {
    expect([
      firstSteered('all', 5),
      firstSteered('generated', 5),
      firstSteered('generated', 0),
      firstSteered(3, 5),
    ]).toEqual([1, 4, 1, 3]);
  });
});
