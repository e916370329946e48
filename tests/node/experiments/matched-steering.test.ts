/** The strength of a KL as experiments ask for it, on a model whose KL is a formula of the steering. */
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import type { Intervention } from '../../../src/steering/steering.ts';
import { matchTokens, orBroken, strengthOfKl } from '../../../src/experiments/matched-steering.ts';
import { NEUTRAL_TEXTS, NEUTRAL_TOKENS } from '../../../src/engine/steering/engine-steering-runner.ts';

/** A 95th percentile of `curve(strength)` nats; keeps what was asked: strength and texts. */
function subjectOf(curve: (strength: number) => number) {
  const asked: { strength: number; texts: number | undefined }[] = [];
  return {
    asked,
    neutral: (intervention: Intervention, _signal?: AbortSignal, texts?: number) => {
      const strength = intervention[0]?.bound?.low ?? NaN;
      asked.push({ strength, texts });
      const kl = curve(strength);
      // Even steps from 0, so that the 96th of 101 tokens is the 95th percentile.
      return Promise.resolve({ kl: Array.from({ length: 101 }, (_, token) => (kl * token) / 95), surprise: [1] });
    },
  };
}

const steeringAt = (strength: number): Intervention => [
  { stream: 1, add: null, bound: { direction: Float32Array.of(1), low: strength, high: Infinity } },
];
const interventionsAt = (strength: number): readonly Intervention[] => [steeringAt(strength)];

describe('the strength of a KL', () => {
  it('is found on the texts that are named, within the tolerance, and kept with six digits', async () => {
    const subject = subjectOf((s) => 7 * s ** 3);
    const { strength, reached } = await strengthOfKl(subject, interventionsAt, 1, undefined, {
      texts: 4,
      tolerance: 0.1,
      most: 8,
    });
    expect(Math.abs((reached ?? NaN) - 1)).toBeLessThanOrEqual(0.1);
    expect(7 * (strength ?? NaN) ** 3).toBeCloseTo(reached ?? NaN, 4);
    expect(strength).toBe(Number((strength ?? NaN).toPrecision(6)));
    expect(new Set(subject.asked.map(({ texts }) => texts))).toEqual(new Set([4]));
  });

  it('is that of all interventions pooled, each read at every try', async () => {
    const subject = subjectOf((s) => (s < 0 ? 8 : 2) * s * s);
    const { strength, reached } = await strengthOfKl(subject, (s) => [steeringAt(s), steeringAt(-s)], 1);
    // 202 tokens, from even steps to 2s² and to 8s²: the 191st of them, of which 101 are one side's and 90 the other's,
    // is the 90th step of 95 to 8s², or close by.
    expect(reached).toBeCloseTo((8 * (strength ?? NaN) ** 2 * 90) / 95, 1);
    expect(subject.asked.filter((one) => one.strength < 0)).toHaveLength(subject.asked.length / 2);
  });

  it('takes fewer readings where more is allowed to be off, and all texts where none are named', async () => {
    // The first try, at 0.3, has 0.82 nats.
    const curve = (s: number): number => 7 * s * s * (1 + s);
    const [loose, strict] = [subjectOf(curve), subjectOf(curve)];
    await strengthOfKl(loose, interventionsAt, 1, undefined, { tolerance: 0.3 });
    await strengthOfKl(strict, interventionsAt, 1);
    expect(loose.asked.length).toBeLessThan(strict.asked.length);
    expect(strict.asked.every(({ texts }) => texts === undefined)).toBe(true);
  });

  it('is none where the KL is not come to, and the closest is told; none is told where nothing can be steered', async () => {
    const low = subjectOf((s) => 0.1 * s * s);
    expect(await strengthOfKl(low, interventionsAt, 1)).toEqual({ strength: null, reached: 0.4 });
    const few = subjectOf((s) => 900 * s ** 6);
    expect((await strengthOfKl(few, interventionsAt, 1, undefined, { tolerance: 0.01, most: 2 })).strength).toBeNull();
    expect(few.asked).toHaveLength(2);
    const nowhere = (): readonly Intervention[] => {
      throw new AppError('push-invalid', 'points nowhere');
    };
    expect(await strengthOfKl(low, nowhere, 1)).toEqual({ strength: null, reached: null });
  });

  it('lets other errors through, as steering that breaks nothing does', async () => {
    const lost = { neutral: () => Promise.reject(new AppError('gpu-device-lost', 'gone')) };
    await expect(strengthOfKl(lost, interventionsAt, 1)).rejects.toMatchObject({ code: 'gpu-device-lost' });
    await expect(orBroken(() => Promise.reject(new AppError('cancelled', 'stopped')))).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await orBroken(() => Promise.reject(new AppError('push-too-strong', 'broken')))).toBeNull();
    expect(await orBroken(() => Promise.resolve(7))).toBe(7);
  });

  it('costs what the runtime reads of neutral text', () => {
    expect(matchTokens(1)).toBe(NEUTRAL_TEXTS * NEUTRAL_TOKENS);
    expect(matchTokens(3, 4)).toBe(3 * 4 * NEUTRAL_TOKENS);
  });
});
