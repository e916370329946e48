/** A dose–response on a model whose choices are a formula of the steering: every number is known beforehand. */
import { describe, expect, it } from 'vitest';
import type { DoseProgress } from '../../../src/steering/dose-types.ts';
import type { Estimate } from '../../../src/stats/estimate.ts';
import type { ForcedChoice, SteeringRunner } from '../../../src/steering/steering-runner.ts';
import { type ChoiceSet, type DoseOptions, measureDose } from '../../../src/steering/dose.ts';
import {
  flippedPlacebos,
  ISOTROPIC_COUNT,
  isotropicPlacebos,
  type Placebo,
  type PlaceboKind,
} from '../../../src/steering/placebos.ts';

const HIDDEN = 4;
const LAYERS = 3;
const TYPICAL = 10;

/** What a choice answers to: log-odds = base + gain × product + curve × product², of what is added with the first feature. */
interface Answer {
  readonly base: number;
  readonly gain: number;
  readonly curve: number;
}

const choiceOf = (answer: Answer, topic: number): ForcedChoice => ({
  topic: `topic ${topic}`,
  context: JSON.stringify(answer),
  positive: 'yes',
  negative: 'no',
});
const setOf = (name: string, answers: readonly Answer[]): ChoiceSet => ({
  name,
  sha256: name.repeat(64).slice(0, 64),
  choices: answers.map(choiceOf),
});

/** Gains around 1 for choices and around 0.2 for the control; one of each goes the wrong way. */
const CHOICES: readonly Answer[] = Array.from({ length: 40 }, (_, i) => ({
  base: (i % 5) - 3,
  gain: i === 7 ? -0.5 : 0.6 + 0.02 * i,
  curve: 0.05,
}));
const CONTROL: readonly Answer[] = Array.from({ length: 20 }, (_, i) => ({
  base: i % 2,
  gain: i === 3 ? -0.1 : 0.1 + 0.01 * i,
  curve: 0,
}));

/** KL 8 s² of steering of s typical lengths, whatever its direction. */
const bench: SteeringRunner = {
  model: { id: 'formula', weightsSha256: 'e'.repeat(64), layerCount: LAYERS - 1, hidden: HIDDEN },
  ground: async () => ({
    texts: 3,
    tokens: 99,
    lengths: [1, TYPICAL, TYPICAL],
    mean: new Float32Array(LAYERS * HIDDEN),
  }),
  async neutral(intervention) {
    const length = Math.hypot(...(intervention[0]?.add ?? [0])) / TYPICAL;
    return { kl: Array.from({ length: 101 }, (_, token) => (8 * length ** 2 * token) / 95), surprise: [3, 3 + length] };
  },
  async choices(choices, intervention) {
    const product = intervention[0]?.add?.[0] ?? 0;
    return choices.map(({ context }) => {
      const { base, gain, curve } = JSON.parse(context) as Answer;
      return {
        positive: -20 + base + gain * product + curve * product ** 2,
        negative: -20,
        positiveTokens: 5,
        negativeTokens: 7,
      };
    });
  },
};

/** A direction whose cosine with the first feature is this, at both layers. */
function along(cosine: number): Float32Array {
  const vectors = new Float32Array(LAYERS * HIDDEN);
  for (let layer = 1; layer < LAYERS; layer += 1)
    vectors.set([7 * cosine, 7 * Math.sqrt(1 - cosine ** 2)], layer * HIDDEN);
  return vectors;
}
const placebo = (kind: PlaceboKind, title: string, cosine: number): Placebo => ({
  kind,
  title,
  vectors: along(cosine),
});
/** Nine flipped, none above 0.4, and three isotropic. */
const PLACEBOS: readonly Placebo[] = [
  ...[0.4, -0.35, 0.3, -0.2, 0.1, 0, -0.1, 0.2, -0.3].map((cosine, i) =>
    placebo('flipped', `poles flipped ${i + 1}`, cosine),
  ),
  ...[0.05, -0.05, 0.15].map((cosine, i) => placebo('isotropic', `isotropic ${i + 1}`, cosine)),
];

const options = (change: Partial<DoseOptions> = {}): DoseOptions => ({
  probe: { id: 'kind-cruel', title: 'Kind–cruel', sha256: 'a'.repeat(64) },
  axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral' },
  direction: { title: 'Kind–cruel', vectors: along(1) },
  placebos: PLACEBOS,
  settings: { mode: 'add', pole: 'positive', from: 1, to: 1, strength: 0, where: 'generated' },
  targets: [0.5, 2],
  placeboTargets: [2],
  choices: setOf('deeds', CHOICES),
  control: setOf('luck', CONTROL),
  seed: 5,
  ...change,
});

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Mean and the interval of the central limit theorem, which resampling 40 units comes close to. */
function expectEstimate(found: Estimate | undefined, values: readonly number[]): void {
  const centre = average(values);
  const half = (1.96 * Math.sqrt(average(values.map((value) => (value - centre) ** 2)))) / Math.sqrt(values.length);
  expect(found?.n).toBe(values.length);
  expect(found?.value).toBeCloseTo(centre, 5);
  expect(Math.abs((found?.low ?? NaN) - (centre - half))).toBeLessThan(0.15 * half);
  expect(Math.abs((found?.high ?? NaN) - (centre + half))).toBeLessThan(0.15 * half);
}

describe('a dose–response', () => {
  it('of a direction that the choices answer to has the effect that was planted, both ways, with its interval', async () => {
    const report = await measureDose(bench, options());
    expect(report).toMatchObject({
      mode: 'add',
      from: 1,
      to: 1,
      where: 'generated',
      seed: 5,
      model: { id: 'formula', weightsSha256: 'e'.repeat(64) },
      neutral: { texts: 3, tokens: 99 },
    });
    expect(report.neutral.perplexity).toBeCloseTo(Math.exp(3), 9);
    expect(report.choices).toMatchObject({ name: 'deeds', pairs: 40 });
    expectEstimate(
      report.choices.unpushed,
      CHOICES.map(({ base }) => base),
    );
    expect(report.direction.levels.map(({ target }) => target)).toEqual([0.5, 2]);
    for (const { target, kl, strength, effect, towards, away, right, perplexity } of report.direction.levels) {
      expect(Math.abs(kl / target - 1)).toBeLessThanOrEqual(0.03);
      expect(strength).toBeCloseTo(Math.sqrt(kl / 8), 6);
      const product = TYPICAL * strength;
      expectEstimate(
        effect,
        CHOICES.map(({ gain }) => gain * product),
      );
      expectEstimate(
        towards,
        CHOICES.map(({ gain, curve }) => gain * product + curve * product ** 2),
      );
      expectEstimate(
        away,
        CHOICES.map(({ gain, curve }) => -gain * product + curve * product ** 2),
      );
      // Wilson's interval of 39 of 40, by its formula.
      expect(right).toMatchObject({ value: 39 / 40, n: 40 });
      expect(right.low).toBeCloseTo(0.8711, 3);
      expect(right.high).toBeCloseTo(0.9956, 3);
      expect(perplexity).toBeCloseTo(Math.exp((3 + 3 + strength) / 2), 5);
    }
  });

  it('reads the control at the strengths of the direction', async () => {
    const { control, direction } = await measureDose(bench, options());
    expectEstimate(
      control?.choices.unpushed,
      CONTROL.map(({ base }) => base),
    );
    expect(control?.levels.map(({ target }) => target)).toEqual([0.5, 2]);
    for (const [index, { effect, right }] of (control?.levels ?? []).entries()) {
      const product = TYPICAL * (direction.levels[index]?.strength ?? NaN);
      expect(effect.value).toBeCloseTo(average(CONTROL.map(({ gain }) => gain * product)), 5);
      expect(right.value).toBe(19 / 20);
    }
    expect((await measureDose(bench, options({ control: null }))).control).toBeNull();
  });

  it('is first among its placebos with the least p that so many allow', async () => {
    const { ranks, placebos, direction } = await measureDose(bench, options());
    expect(placebos.map(({ kind }) => kind)).toEqual([
      ...Array<string>(9).fill('flipped'),
      ...Array<string>(3).fill('isotropic'),
    ]);
    expect(ranks).toHaveLength(1);
    const strength = placebos[0]?.levels[0]?.strength ?? NaN;
    expect(ranks[0]).toMatchObject({ target: 2, largestTitle: 'poles flipped 1', placebos: 12, atLeast: 0, p: 1 / 13 });
    expect(ranks[0]?.largest).toBeCloseTo(0.4 * TYPICAL * strength * average(CHOICES.map(({ gain }) => gain)), 5);
    expect(direction.levels[1]?.effect.value).toBeGreaterThan(2 * (ranks[0]?.largest ?? NaN));
  });

  it('of a direction that nothing answers to is among its placebos', async () => {
    const { direction, ranks } = await measureDose(
      bench,
      options({ direction: { title: 'nothing', vectors: along(0) } }),
    );
    for (const { effect, right } of direction.levels) {
      expect(effect).toMatchObject({ value: 0, low: 0, high: 0, n: 40 });
      expect(right.value).toBe(0.5); // a tie counts half
    }
    // The sixth flipped placebo is as large: 0.
    expect(ranks[0]).toMatchObject({ atLeast: 12, p: 1 });
  });

  it('counts placebos that move as much the wrong way, and never an unrelated axis', async () => {
    const stronger = [
      ...PLACEBOS.slice(1),
      placebo('flipped', 'a mirror', -0.9),
      placebo('unrelated', 'another axis', 1),
    ];
    const { ranks, placebos } = await measureDose(
      bench,
      options({ direction: { title: 'half', vectors: along(0.5) }, placebos: stronger }),
    );
    expect(placebos).toHaveLength(13);
    expect(ranks[0]).toMatchObject({ largestTitle: 'a mirror', placebos: 12, atLeast: 1, p: 2 / 13 });
  });

  it('ranks at each KL of the placebos, and nowhere without any', async () => {
    expect(
      (await measureDose(bench, options({ placeboTargets: [0.5, 2] }))).ranks.map(({ target, placebos }) => [
        target,
        placebos,
      ]),
    ).toEqual([
      [0.5, 12],
      [2, 12],
    ]);
    expect((await measureDose(bench, options({ placebos: [] }))).ranks).toEqual([]);
    expect((await measureDose(bench, options({ placebos: [placebo('unrelated', 'another axis', 1)] }))).ranks).toEqual(
      [],
    );
  });

  it('is the same from the same seed', async () => {
    expect(await measureDose(bench, options())).toEqual(await measureDose(bench, options()));
  });

  it('tells how far it is, and stops when it is told to', async () => {
    const heard: DoseProgress[] = [];
    const controller = new AbortController();
    const stopped = measureDose(
      bench,
      options({
        signal: controller.signal,
        onProgress: (progress) => {
          heard.push(progress);
          if (progress.title === 'poles flipped 2') controller.abort();
        },
      }),
    );
    // The formula hears of no signal: the measuring itself looks at it before the next direction.
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(heard.map(({ stage, done, total }) => [stage, done, total])).toEqual([
      ['ground', 0, 13],
      ['direction', 0, 13],
      ['placebos', 1, 13],
      ['placebos', 2, 13],
    ]);
  });
});

describe('placebos', () => {
  it('that are isotropic have no preferred direction, and come again from the same seed', () => {
    const [first, second, third] = isotropicPlacebos(31, 576, 4);
    expect(isotropicPlacebos(31, 576, 4)[1]?.vectors).toEqual(second?.vectors);
    expect(isotropicPlacebos(31, 576, 5)[1]?.vectors).not.toEqual(second?.vectors);
    expect(isotropicPlacebos(31, 576, 4)).toHaveLength(ISOTROPIC_COUNT);
    const cosine = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, i) => sum + value * (b[i] ?? NaN), 0) / Math.hypot(...a) / Math.hypot(...b);
    // Five standard deviations of the cosine of two directions drawn alike, 1 / √size.
    for (const [a, b] of [
      [first, second],
      [first, third],
      [second, third],
    ])
      expect(Math.abs(cosine(a?.vectors ?? new Float32Array(), b?.vectors ?? new Float32Array()))).toBeLessThan(
        5 / Math.sqrt(31 * 576),
      );
  });

  it('that are flipped are cut out of the probe in order', () => {
    const found = flippedPlacebos(
      Float32Array.from({ length: 12 }, (_, i) => i),
      3,
      2,
    );
    expect(found.map(({ title, vectors }) => [title, [...vectors]])).toEqual([
      ['poles flipped 1', [0, 1, 2, 3, 4, 5]],
      ['poles flipped 2', [6, 7, 8, 9, 10, 11]],
    ]);
  });
});
