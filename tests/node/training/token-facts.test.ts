import { describe, expect, it } from 'vitest';
import { EARLY_FROM, STEADY_FROM } from '../../../src/reading/early-tokens.ts';
import { lexicalScores } from '../../../src/reading/lexical.ts';
import { createRng } from '../../../src/base/rng.ts';
import { streamProducts, tokenScores } from '../../../src/reading/score.ts';
import { quantile, standardDeviation } from '../../../src/stats/stats.ts';
import type { SegmentReader } from '../../../src/training/reader.ts';
import { tokenFacts } from '../../../src/training/token-facts.ts';
import { readOne, toyReader, toyStories } from '../../fixtures/toy/toy-reader.ts';

const LAYERS = 3;
const HIDDEN = 12;
const rng = createRng(8);
// Layer 0 has no direction, as in a trained probe.
const directions = Float32Array.from({ length: LAYERS * HIDDEN }, (_, i) => (i < HIDDEN ? 0 : rng.normal() / 3));
const scales = [1, 2, 3];
const stories = toyStories(12, 5);
const read = (beats: readonly string[]) =>
  readOne(toyReader(), { text: beats, readoutTexts: [], readoutAfter: [], keepTokens: true });
const facts = tokenFacts(toyReader(), stories, directions, scales, {});

/** Products with the probe's directions `[layers, tokens]`. */
const along = (residuals: Float32Array, count: number) =>
  streamProducts([directions], residuals, count, HIDDEN).along[0]!;

/** As much of a probe as scores tokens. */
async function scorer(): Promise<Parameters<typeof tokenScores>[0]> {
  const { units } = await facts;
  return {
    calibration: units.map((layer, l) => ({ tapMean: 0, scale: scales[l]!, ...layer.units })),
    earlyTokens: { from: EARLY_FROM, steadyFrom: STEADY_FROM, means: units.map(({ early }) => early) },
  };
}

/** Token scores of all stories `[stories][tokens]` at one layer, the sink left out. */
async function scoresAt(layer: number): Promise<number[][]> {
  const probe = await scorer();
  return Promise.all(
    stories.stories.map(async ({ beats }) => {
      const { tokens } = await read(beats);
      const all = tokenScores(probe, along(tokens!.residuals, tokens!.count), 0);
      return Array.from({ length: tokens!.count - 1 }, (_, at) => all[(at + 1) * LAYERS + layer]!);
    }),
  );
}

describe('token scores', () => {
  it('leave position 0 out and are laid out token by token', async () => {
    const probe = await scorer();
    const { tokens } = await read(stories.stories[0]!.beats);
    const all = tokenScores(probe, along(tokens!.residuals, tokens!.count), 0);
    expect([...all.subarray(0, 3)]).toEqual([NaN, NaN, NaN]);
    expect(all.subarray(3).every((value) => Number.isFinite(value))).toBe(true);
    // A later chunk gives the same numbers, and its first token is no sink.
    const chunk = new Float32Array(LAYERS * 2 * HIDDEN);
    for (let layer = 0; layer < LAYERS; layer += 1)
      chunk.set(
        tokens!.residuals.subarray((layer * tokens!.count + 4) * HIDDEN, (layer * tokens!.count + 6) * HIDDEN),
        layer * 2 * HIDDEN,
      );
    expect(tokenScores(probe, along(chunk, 2), 4)).toEqual(all.slice(4 * LAYERS, 6 * LAYERS));
    expect(() => along(chunk, 3)).toThrow(RangeError);
  });

  it('have mean 0 and the recorded spread on the neutral stories', async () => {
    const scores = (await scoresAt(2)).flat();
    expect(scores.reduce((a, b) => a + b, 0) / scores.length).toBeCloseTo(0, 4);
    expect(standardDeviation(scores, 'population')).toBeCloseTo((await facts).units[2]!.units.tokenSd, 4);
  });
});

describe('what single tokens of neutral stories give', () => {
  it('are lines with a hundredth of the same scores beyond each', async () => {
    const { lines } = await facts;
    const scores = (await scoresAt(2)).flat();
    expect(lines.tokens).toBe(scores.length);
    expect(lines.tokenLow[2]).toBeCloseTo(quantile(scores, 0.01), 3);
    expect(lines.tokenHigh[2]).toBeCloseTo(quantile(scores, 0.99), 3);
    expect(lines.smoothHigh[2]!).toBeLessThan(lines.tokenHigh[2]!);
    expect([lines.tokenLow[0], lines.tokenHigh[0]]).toEqual([0, 0]);
  });

  it('are explained by the words as far as they are words', async () => {
    const { lexical } = await facts;
    expect(lexical.explained[0]).toBe(0);
    // The toy's later layers are its words and noise.
    expect(lexical.explained[1]!).toBeGreaterThan(0.3);
    expect(lexical.explained[1]!).toBeLessThan(1);
    const scores = await scoresAt(1);
    const left = await Promise.all(
      stories.stories.map(async ({ beats }, story) => {
        const { tokens } = await read(beats);
        const words = lexicalScores(lexical, tokens!.residuals.subarray(0, tokens!.count * HIDDEN), null, 0);
        return scores[story]!.map((score, at) => score - words[(at + 1) * LAYERS + 1]!);
      }),
    );
    const share =
      1 - (standardDeviation(left.flat(), 'population') / standardDeviation(scores.flat(), 'population')) ** 2;
    // In the fitted texts themselves the words explain at least what they explain in texts left out.
    expect(share).toBeGreaterThanOrEqual(lexical.explained[1]!);
    expect(left.flat().reduce((a, b) => a + b, 0)).toBeCloseTo(0, 1);
  });

  it('read the stories once, report every step and hear a stop between steps', async () => {
    let reads = 0;
    const counting: SegmentReader = {
      ...toyReader(),
      read: (...given) => {
        reads += 1;
        return toyReader().read(...given);
      },
    };
    const seen: string[] = [];
    await tokenFacts(counting, stories, directions, scales, {
      onProgress: ({ stage, done, total }) => seen.push(`${stage} ${done}/${total}`),
    });
    expect(reads).toBe(12);
    expect(seen[0]).toMatch(/^tokens 1\/(\d+)$/);
    const total = Number(seen[0]!.split('/')[1]);
    expect(seen).toEqual(Array.from({ length: total }, (_, i) => `tokens ${i + 1}/${total}`));
    const controller = new AbortController();
    const stopped = tokenFacts(toyReader(), stories, directions, scales, {
      signal: controller.signal,
      onProgress: ({ done }) => {
        if (done === 20) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('name the story in which a model fails', async () => {
    const broken: SegmentReader = {
      ...toyReader(),
      read: async (...given) => {
        const readings = await toyReader().read(...given);
        const { count, residuals } = readings[0]!.tokens!;
        residuals[count * HIDDEN * 2 + HIDDEN * 3] = Infinity;
        return readings;
      },
    };
    await expect(tokenFacts(broken, stories, directions, scales, {})).rejects.toMatchObject({
      code: 'numbers-not-finite',
      details: { story: 'story-0', layer: 2, token: 3 },
    });
  });
});
