/** Taking directions out of a model whose choices are a formula of what is held: every share is known beforehand. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readProbe } from '../../../src/cli/files.ts';
import { parseAblation, serialiseAblation } from '../../../src/formats/probe/ablation.ts';
import { type AblationOptions, measureAblation, RANDOM_ERASURES } from '../../../src/steering/ablation.ts';
import { ablationFigure } from '../../../src/formats/figures/ablation-figure.ts';
import { ablationBrief, ablationSentence, ablationSentences } from '../../../src/steering/ablation-words.ts';
import { directionCosines } from '../../../src/steering/direction-cosines.ts';
import { flippedPlacebos } from '../../../src/steering/placebos.ts';
import type { SteeringRunner } from '../../../src/steering/steering-runner.ts';
import type { Intervention } from '../../../src/steering/steering.ts';
import { PROBE } from '../../fixtures/embedded-model.ts';

const [HIDDEN, LAYERS, TYPICAL] = [4, 3, 10];
const MODEL = { id: 'formula', weightsSha256: 'e'.repeat(64), layerCount: LAYERS - 1, hidden: HIDDEN };

/** How much of the first feature a intervention takes out of the last layer, and how far from the mean, which is zero, it holds it. */
function heldOf(intervention: Intervention): { readonly share: number; readonly offset: number } {
  const bound = intervention.find(({ stream }) => stream === LAYERS - 1)?.bound ?? null;
  return bound === null
    ? { share: 0, offset: 0 }
    : { share: (bound.direction[0] ?? 0) ** 2, offset: bound.low / TYPICAL };
}

/** A context tells 2 nats by what it shows, all of it through the first feature; a intervention has a KL of 0.2 · share + 8 · offset². */
const bench: SteeringRunner = {
  model: MODEL,
  ground: async () => ({
    texts: 5,
    tokens: 99,
    lengths: [1, TYPICAL, TYPICAL],
    mean: new Float32Array(LAYERS * HIDDEN),
  }),
  async neutral(intervention, _, texts) {
    const { share, offset } = heldOf(intervention);
    return { kl: Array.from({ length: 10 * (texts ?? 5) }, () => 0.2 * share + 8 * offset ** 2 + 1e-4), surprise: [1] };
  },
  async choices(choices, intervention, where) {
    expect(where).toBe('all');
    const { share } = heldOf(intervention);
    return choices.map(({ context, topic }) => {
      const told = (context.includes('yes') ? 1 : 0) - (context.includes('nay') ? 1 : 0);
      const own = Number(topic) / 10;
      return { positive: own + told * (1 + own) * (1 - share), negative: 0, positiveTokens: 1, negativeTokens: 1 };
    });
  },
};

const along = (feature: number): Float32Array =>
  Float32Array.from({ length: LAYERS * HIDDEN }, (_, i) => (i % HIDDEN === feature ? 1 : 0));

const optionsFor = (reading: Float32Array, steering: Float32Array): AblationOptions => ({
  probe: {
    id: 'planted',
    title: 'Planted',
    axis: { positive: 'yes', negative: 'no', neutral: 'none' },
    model: MODEL,
    directions: reading,
    steering,
    placebos: Float32Array.from({ length: RANDOM_ERASURES * LAYERS * HIDDEN }, (_, i) => (i % HIDDEN === 3 ? 1 : 0)),
    evidence: { auroc: [0.5, 0.9, 0.9] } as unknown as AblationOptions['probe']['evidence'],
    provenance: { sets: [{ name: 'own', sha256: 'b'.repeat(64), rows: 4 }], seed: 0, version: '0' },
  },
  sha256: 'a'.repeat(64),
  choices: {
    name: 'planted-choices',
    sha256: 'c'.repeat(64),
    choices: Array.from({ length: 12 }, (_, i) => ({
      topic: String(i),
      context: 'It was',
      positive: 'yes',
      negative: 'nay',
    })),
  },
  seed: 3,
});

describe('taking directions out', () => {
  it('loses all where the model reads one, nothing where it reads the other, and random ones are held at the same KL', async () => {
    const report = await measureAblation(bench, optionsFor(along(0), along(1)));
    const mean = 2 * (1 + 5.5 / 10);
    expect(report.told.value).toBeCloseTo(mean, 10);
    expect(report.erased.reading.lost.value).toBeCloseTo(1, 10);
    expect(report.erased.reading).toMatchObject({ atLeast: 0, p: 1 / 11 });
    expect(report.erased.reading.beyond.value).toBeCloseTo(1, 10);
    expect(report.erased.steering.lost.value).toBeCloseTo(0, 10);
    expect(report.erased.steering.atLeast).toBe(RANDOM_ERASURES);
    for (const { kl, lost, offset } of report.random) {
      expect(Math.abs(kl / report.erased.reading.kl - 1)).toBeLessThan(0.1);
      expect(offset).toBeGreaterThan(0.1);
      expect(lost).toBeCloseTo(0, 10);
    }
    expect(report.neutral).toEqual({ texts: 4, tokens: 40 });
    expect(report.cosines.map(({ cosine, random }) => [cosine, random])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(ablationSentence(report)).toBe(
      'Without the direction that reads, at every layer (KL 0.2 nats), the model loses 1.00 [1.00, 1.00] of what 1 ending before a choice tells (n = 12 choices). Without one of 10 random directions (KL 0.2 nats) it loses 0.00, at most 0.00: the model uses it for this, beyond what any such change takes.',
    );
    expect(ablationBrief(report)).toBe(
      'Silencing its reading direction loses 1.00 [1.00, 1.00], its steering direction 0.00 [0.00, 0.00], random ones 0.00 (n = 12).',
    );
    const [reads, steers] = ablationSentences(report, 2);
    expect(reads).toContain('loses 1.00 [1.00, 1.00] of what 1 ending before a choice tells (3.10 [');
    expect(reads).toContain('the model uses it for this');
    expect(steers).toContain('the model hardly needs it for this.');
    expect(ablationFigure(report).panels.map(({ series }) => series.map(({ points }) => points.length))).toEqual([
      [2, 2],
      [2],
      [2, RANDOM_ERASURES],
    ]);
  });

  it('does not call a direction needless because random ones that change the model more lose as much', async () => {
    const report = await measureAblation(bench, optionsFor(along(0), along(1)));
    const alike = { value: 0.25, low: 0.17, high: 0.36, n: 12 };
    const reading = { ...report.erased.reading, lost: alike, beyond: { value: -0.02, low: -0.1, high: 0.06, n: 12 } };
    const sentence = ablationSentence({ ...report, erased: { ...report.erased, reading: { ...reading, atLeast: 5 } } });
    expect(sentence).toContain('it is not shown that the model needs it for this.');
    expect(sentence).not.toContain('hardly');
  });

  it('says nothing of a loss where a context tells nothing', async () => {
    const deaf: SteeringRunner = {
      ...bench,
      choices: async (choices) =>
        choices.map(({ topic }) => ({
          positive: Number(topic) % 2 === 0 ? 0.1 : -0.1,
          negative: 0,
          positiveTokens: 1,
          negativeTokens: 1,
        })),
    };
    const noisy: SteeringRunner = {
      ...deaf,
      choices: async (choices, intervention, where) =>
        (await deaf.choices(choices, intervention, where)).map((odds, i) => ({
          ...odds,
          positive: i < choices.length / 2 ? odds.positive : -odds.positive,
        })),
    };
    const report = await measureAblation(noisy, optionsFor(along(0), along(1)));
    expect(ablationBrief(report)).toBe('What silencing it loses cannot be told (n = 12).');
    const sentences = ablationSentences(report, 2);
    expect(sentences).toHaveLength(2);
    expect(sentences[0]).toContain('cannot be measured');
  });

  it('refuses choices that the probe was trained on', async () => {
    const options = optionsFor(along(0), along(1));
    const trained = { ...options.choices, sha256: 'b'.repeat(64) };
    await expect(measureAblation(bench, { ...options, choices: trained })).rejects.toThrow(
      'Planted was trained on planted-choices.',
    );
  });

  it('is a file that reads back, and is refused by path', async () => {
    const text = serialiseAblation(await measureAblation(bench, optionsFor(along(0), along(1))));
    expect(serialiseAblation(parseAblation(text))).toBe(text);
    const changed = (change: (root: { erased: { reading: { p: number } }; cosines: { layer: number }[] }) => void) => {
      const root = JSON.parse(text) as Parameters<typeof change>[0];
      change(root);
      return () => parseAblation(JSON.stringify(root));
    };
    expect(changed((root) => (root.erased.reading.p = 0.5))).toThrow('ablation.erased.reading.p must be');
    expect(changed((root) => (root.cosines[1]!.layer = 7))).toThrow('ablation.cosines[1].layer must be 2');
  });
});

it('the cosines of the shipped kind–cruel probe agree with numpy', async () => {
  const { probe } = await readProbe(PROBE);
  const expected = JSON.parse(
    readFileSync(new URL('../../fixtures/reference/ablation/cosine.fixture.json', import.meta.url), 'utf8'),
  ) as { readonly cosine: number[]; readonly random: number[] };
  const { placebos, model } = probe;
  const found = directionCosines(probe, flippedPlacebos(placebos!, model.layerCount + 1, model.hidden));
  expect(found).toHaveLength(expected.cosine.length);
  found.forEach(({ cosine, random, auroc }, i) => {
    expect(cosine).toBeCloseTo(expected.cosine[i]!, 6);
    expect(random).toBeCloseTo(expected.random[i]!, 6);
    expect(auroc).toBe(probe.evidence.auroc[i + 1]);
  });
});
