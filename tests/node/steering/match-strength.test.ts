/** Finding the strength of a KL, on benches whose KL is a formula of the strength. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import type { Intervention } from '../../../src/steering/steering.ts';
import type { SteeringRunner } from '../../../src/steering/steering-runner.ts';
import { matchStrengths, MOST_BATCHES, tryStrength } from '../../../src/steering/match-strength.ts';

/** A bench on which steering of strength s has a 95th percentile of `curve(s)` nats; it keeps the strengths that it was asked for. */
function benchOf(curve: (strength: number) => number) {
  const asked: number[] = [];
  const bench: SteeringRunner = {
    model: { id: 'formula', weightsSha256: '', layerCount: 1, hidden: 1 },
    ground: () => Promise.reject(new Error('nobody asks')),
    choices: () => Promise.reject(new Error('nobody asks')),
    async neutral(intervention) {
      const strength = intervention[0]?.bound?.low ?? NaN;
      asked.push(strength);
      const kl = curve(strength);
      if (kl === Infinity) throw new AppError('push-too-strong', 'too strong');
      // Even steps from 0, so that the 96th of 101 tokens is the 95th percentile.
      return { kl: Array.from({ length: 101 }, (_, token) => (kl * token) / 95), surprise: [1, 2, 3 + kl] };
    },
  };
  return { bench, asked };
}

/** Steering that carries its strength to the bench unrounded. */
const one = (strength: number): Intervention[] => [
  [{ stream: 1, add: null, bound: { direction: Float32Array.of(1), low: strength, high: Infinity } }],
];
/** Both poles, alike: each try takes two batches. */
const twice = (strength: number): Intervention[] => [...one(strength), ...one(strength)];
const pair = (strength: number): Intervention[] => [...one(strength), ...one(-strength)];

describe('a strength matched to a KL', () => {
  it.each<[string, 'add' | 'cap', (s: number) => number, (kl: number) => number, number[]]>([
    ['grows as the square', 'add', (s) => 8 * s * s, (kl) => Math.sqrt(kl / 8), [0.25, 1, 4]],
    ['grows as the square from a far smaller start', 'add', (s) => 2000 * s * s, (kl) => Math.sqrt(kl / 2000), [0.5]],
    ['grows slowly', 'add', (s) => 0.3 * s * s, (kl) => Math.sqrt(kl / 0.3), [1]],
    ['grows as the fourth power', 'add', (s) => 4 * s ** 4, (kl) => (kl / 4) ** 0.25, [0.5, 2]],
    ['is nothing up to a threshold', 'add', (s) => 6 * Math.max(0, s - 0.5), (kl) => 0.5 + kl / 6, [0.25, 1]],
    ['saturates', 'add', (s) => 5 * (1 - Math.exp(-s)), (kl) => -Math.log(1 - kl / 5), [1, 3]],
    [
      'ends where the numbers break',
      'add',
      (s) => (s > 0.35 ? Infinity : 9 * s * s),
      (kl) => Math.sqrt(kl / 9),
      [0.5, 1],
    ],
    [
      'of a bound lies on the far side of zero',
      'cap',
      (s) => 3 * Math.exp(4 * s),
      (kl) => Math.log(kl / 3) / 4,
      [0.25, 1],
    ],
    ['of a bound lies on the near side', 'cap', (s) => 0.2 * Math.exp(3 * s), (kl) => Math.log(kl / 0.2) / 3, [1, 4]],
    [
      'of a bound is nothing until it is met',
      'cap',
      (s) => 10 * Math.max(0, s + 0.9) ** 2,
      (kl) => Math.sqrt(kl / 10) - 0.9,
      [0.25, 1],
    ],
  ])('is found within 3 per cent where it %s', async (_, mode, curve, inverse, targets) => {
    const { bench, asked } = benchOf(curve);
    const found = await matchStrengths(bench, mode, twice, targets);
    expect(found.map(({ target }) => target)).toEqual(targets);
    for (const { target, strength, kl, batches } of found) {
      expect(Math.abs(kl / target - 1)).toBeLessThanOrEqual(0.03);
      expect(kl).toBeCloseTo(curve(strength), 9);
      // Between the strengths of KLs 3 % on either side.
      expect(strength).toBeGreaterThanOrEqual(inverse(target * 0.97) - 1e-9);
      expect(strength).toBeLessThanOrEqual(inverse(target * 1.03) + 1e-9);
      expect(batches).toBeLessThanOrEqual(MOST_BATCHES);
    }
    expect(found.reduce((sum, { batches }) => sum + batches, 0)).toBe(asked.length);
    expect(asked.every((strength) => Math.abs(strength) <= 2)).toBe(true);
  });

  it('serves one target by what another has taught: of the square law each further one takes one try', async () => {
    const { bench, asked } = benchOf((s) => 7 * s * s);
    const found = await matchStrengths(bench, 'add', one, [0.25, 0.5, 1, 2]);
    expect(found[0]?.batches).toBeLessThanOrEqual(2);
    expect(found.slice(1).map(({ batches }) => batches)).toEqual([1, 1, 1]);
    expect(new Set(asked).size).toBe(asked.length);
    expect((await matchStrengths(bench, 'add', one, [1, 1]))[1]?.batches).toBe(0);
  });

  it('pools the interventions of both poles, each a batch', async () => {
    // KL is 2 s² one way and 6 s² the other: of the pooled tokens those of the stronger steering fill the upper end.
    const { bench } = benchOf((s) => (s > 0 ? 2 : 6) * s * s);
    const [found] = await matchStrengths(bench, 'add', pair, [1]);
    const strength = found?.strength ?? NaN;
    const pooled = [2, 6]
      .flatMap((factor) => Array.from({ length: 101 }, (_, token) => (factor * strength ** 2 * token) / 95))
      .sort((a, b) => a - b);
    expect(found?.kl).toBeCloseTo((pooled[190] ?? NaN) + 0.95 * ((pooled[191] ?? NaN) - (pooled[190] ?? NaN)), 9);
    expect(found?.kl).toBeCloseTo(1, 1);
    expect(found?.batches).toBeLessThanOrEqual(MOST_BATCHES);
    expect((found?.batches ?? NaN) % 2).toBe(0);
  });

  it.each<[string, 'add' | 'cap', (s: number) => number, RegExp]>([
    [
      'is never reached',
      'add',
      (s) => 0.1 * s * s,
      /No strength up to 2 lengths of the stream has a KL of 1 nats \(95th percentile\)\. The closest was 0\.400 nats at a strength of 2\.00\./,
    ],
    [
      'is never reached by any bound',
      'cap',
      (s) => 0.01 * Math.exp(s),
      /The closest was 0\.0739 nats at a strength of 2\.00/,
    ],
    ['is always passed by bounds', 'cap', (s) => 50 + s, /The closest was 48\.0 nats at a strength of -2\.00/],
    ['is jumped over', 'add', (s) => (s < 0.4 ? 0.1 : 10), /has a KL of 1 nats/],
    ['does not move at all', 'add', () => 0, /has a KL of 1 nats/],
    ['breaks at once', 'add', () => Infinity, /has a KL of 1 nats/],
  ])('is refused where it %s', async (_, mode, curve, message) => {
    const { bench, asked } = benchOf(curve);
    await expect(matchStrengths(bench, mode, one, [1])).rejects.toMatchObject({
      code: 'push-invalid',
      message: expect.stringMatching(message) as string,
    });
    expect(asked.length).toBeLessThanOrEqual(MOST_BATCHES);
  });

  it('lets other errors through', async () => {
    const { bench } = benchOf(() => 1);
    const broken = { ...bench, neutral: () => Promise.reject(new AppError('gpu-device-lost', 'gone')) };
    await expect(matchStrengths(broken, 'add', one, [1])).rejects.toMatchObject({ code: 'gpu-device-lost' });
  });
});

describe('one try', () => {
  it('says quantile and mean of KL and the perplexity over all interventions together', async () => {
    const { bench } = benchOf((s) => Math.abs(s));
    const found = await tryStrength(bench, pair(0.5), 0.5);
    expect(found.meanKl).toBeCloseTo((0.5 * 50) / 95, 12);
    expect(found.perplexity).toBeCloseTo(Math.exp((1 + 2 + 3.5) / 3), 12);
    expect(found.strength).toBe(0.5);
  });

  it('of steering that breaks the numbers is the strongest effect', async () => {
    const { bench } = benchOf(() => Infinity);
    expect(await tryStrength(bench, one(1), 1)).toEqual({
      strength: 1,
      kl: Infinity,
      meanKl: Infinity,
      perplexity: Infinity,
    });
  });
});
