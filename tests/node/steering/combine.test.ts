/** Directions that steer at once: what they come to, and what does not go together. */
import { describe, expect, it } from 'vitest';
import { checkTogether, combineSteering, MOST_PARTS } from '../../../src/steering/combine.ts';
import type { SteeringPart } from '../../../src/steering/steering.ts';

const part = (name: string, change: Partial<SteeringPart> = {}): SteeringPart => ({
  mode: 'add',
  pole: 'positive',
  from: 3,
  to: 5,
  strength: 0.5,
  direction: name,
  probeSha256: name.repeat(64).slice(0, 64),
  matchedKl: null,
  ...change,
});
const bound = { direction: Float32Array.of(1, 0), low: -1, high: Infinity };

describe('several directions', () => {
  it('are summed layer by layer, and a bound stays beside the sum', () => {
    expect(
      combineSteering([
        [
          { stream: 2, add: Float32Array.of(1, 2), bound: null },
          { stream: 3, add: Float32Array.of(1, 0), bound: null },
        ],
        [{ stream: 2, add: Float32Array.of(0.5, -4), bound: null }],
        [
          { stream: 1, add: null, bound },
          { stream: 2, add: null, bound },
        ],
      ]),
    ).toEqual([
      { stream: 1, add: null, bound },
      { stream: 2, add: Float32Array.of(1.5, -2), bound },
      { stream: 3, add: Float32Array.of(1, 0), bound: null },
    ]);
  });

  it('leave the vectors of each as they were', () => {
    const own = Float32Array.of(1, 2);
    combineSteering([[{ stream: 2, add: own, bound: null }], [{ stream: 2, add: own, bound: null }]]);
    expect(own).toEqual(Float32Array.of(1, 2));
  });

  it('of none are none', () => expect(combineSteering([])).toEqual([]));
});

describe('what goes together', () => {
  it.each<[string, SteeringPart[]]>([
    ['one', [part('a')]],
    ['vectors at one layer', [part('a'), part('b'), part('c')]],
    ['a vector and a bound at one layer', [part('a'), part('b', { mode: 'cap' })]],
    ['bounds at other layers', [part('a', { mode: 'ablate' }), part('b', { mode: 'cap', from: 6, to: 7 })]],
    ['one direction at other layers', [part('a'), part('a', { from: 6, to: 6 })]],
    [
      'strengths that are too long together at no layer',
      [part('a', { strength: 1.5 }), part('b', { strength: 1.5, from: 6, to: 6 })],
    ],
    [
      'directions without a probe, of other names',
      [part('a', { probeSha256: null }), part('b', { probeSha256: null })],
    ],
  ])('%s', (_, parts) => expect(() => checkTogether(parts)).not.toThrow());

  it.each<[string, SteeringPart[], RegExp]>([
    [
      'one direction twice at a layer',
      [part('a'), part('a', { from: 5, to: 9, pole: 'negative' })],
      /a steers layer 5 twice/,
    ],
    [
      'one direction without a probe twice',
      [part('a', { probeSha256: null }), part('a', { probeSha256: null })],
      /layer 3 twice/,
    ],
    [
      'two bounds at a layer',
      [part('a', { mode: 'cap' }), part('b', { mode: 'ablate', from: 4, to: 4 })],
      /a \(cap\) and b \(ablate\) both bound layer 4/,
    ],
    [
      'vectors that are too long together',
      [part('a', { strength: 1.5 }), part('b', { strength: 0.6, from: 5, to: 6 })],
      /The strengths at layer 5 come to 2.1 lengths of the stream, and 2 is the most/,
    ],
    [
      'more than anyone keeps apart',
      Array.from({ length: MOST_PARTS + 1 }, (_, at) => part(String(at), { strength: 0.1 })),
      /7 directions are too many: steer along 6 at most/,
    ],
  ])('but not %s', (_, parts, message) =>
    expect(() => checkTogether(parts)).toThrow(
      expect.objectContaining({ code: 'push-invalid', message: expect.stringMatching(message) as string }),
    ),
  );
});
