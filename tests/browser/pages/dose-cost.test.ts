/** What the page says a measurement takes, against what one reads; and what it remembers of strengths. */
import { describe, expect, it } from 'vitest';
import type { DoseReport } from '../../../src/steering/dose-types.ts';
import { NEUTRAL_TEXTS, NEUTRAL_TOKENS } from '../../../src/engine/steering/engine-steering-runner.ts';
import { BATCH_TOKENS, doseBatches, type DosePlan, doseShare } from '../../../src/features/steer/dose-cost.ts';
import { MatchBook, type MatchQuestion } from '../../../src/features/steer/match-book.ts';
import type { SteeringRunner } from '../../../src/steering/steering-runner.ts';
import { measureDose } from '../../../src/steering/dose.ts';
import { isotropicPlacebos } from '../../../src/steering/placebos.ts';
import { sampleDose } from '../../fixtures/samples/dose-sample.ts';
import { memory } from './support/reading-controllers.ts';

const words = (count: number): string => 'word '.repeat(count).trim();
const set = (name: string, choices: number) => ({
  name,
  header: '{}',
  rows: Array.from({ length: choices }, (_, topic) =>
    ['positive', 'negative']
      .map((pole) => JSON.stringify({ topic: `t${topic}`, pole, context: words(20), text: words(12) }))
      .join('\n'),
  ).join('\n'),
});
/** Tokens of one reading of such a set, in readings of the stories: 5 characters a word are about a token. */
const batches = (choices: number): number => (choices * (20 + 2 * 12)) / BATCH_TOKENS;

describe('the cost of a measurement', () => {
  it('is counted in readings of the stories as the bench reads them', () => {
    expect(BATCH_TOKENS).toBe(NEUTRAL_TEXTS * NEUTRAL_TOKENS);
  });

  it.each([
    [[0.25, 0.5, 1, 2], [1]],
    [[1], [1]],
    [
      [0.5, 2],
      [0.5, 2],
    ],
  ])('at %j with placebos at %j is within a third of what is read', async (targets, placeboTargets) => {
    let read = 0;
    const bench: SteeringRunner = {
      model: { id: 'formula', weightsSha256: 'e'.repeat(64), layerCount: 2, hidden: 4 },
      ground: async () => ((read += 1), { texts: 3, tokens: 99, lengths: [1, 10, 10], mean: new Float32Array(12) }),
      async neutral(intervention) {
        read += 1;
        const length = Math.hypot(...(intervention[0]?.add ?? [0])) / 10;
        return { kl: Array.from({ length: 101 }, (_, token) => (11 * length ** 2.3 * token) / 95), surprise: [3] };
      },
      async choices(choices) {
        read += batches(choices.length);
        return choices.map((_, index) => ({ positive: index, negative: 0, positiveTokens: 5, negativeTokens: 5 }));
      },
    };
    const choicesOf = (name: string, count: number) => ({
      name,
      sha256: 'a'.repeat(64),
      choices: Array.from({ length: count }, (_, topic) => ({
        topic: String(topic),
        context: 'a',
        positive: 'b',
        negative: 'c',
      })),
    });
    const placebos = isotropicPlacebos(3, 4, 1);
    await measureDose(bench, {
      probe: sampleDose.probe,
      axis: sampleDose.axis,
      direction: { title: 'd', vectors: new Float32Array(12).fill(1) },
      placebos,
      settings: { mode: 'add', pole: 'positive', from: 1, to: 1, strength: 0, where: 'generated' },
      targets,
      placeboTargets,
      choices: choicesOf('own', 30),
      control: choicesOf('luck', 30),
      seed: 1,
    });
    const plan: DosePlan = {
      targets: targets.length,
      placeboTargets: placeboTargets.length,
      placebos: placebos.length,
      choices: set('own', 30),
      control: set('luck', 30),
    };
    expect(doseBatches(plan) / read).toBeGreaterThan(2 / 3);
    expect(doseBatches(plan) / read).toBeLessThan(3 / 2);
  });

  it('is done by nothing, the direction, and all placebos', () => {
    const plan: DosePlan = { targets: 4, placeboTargets: 1, placebos: 14, choices: set('own', 30), control: null };
    expect([doseShare(plan, 0), doseShare(plan, 15)]).toEqual([0, 1]);
    expect(doseShare(plan, 1)).toBeCloseTo(doseBatches({ ...plan, placebos: 0 }) / doseBatches(plan), 12);
    expect(doseShare(plan, 8)).toBeGreaterThan(doseShare(plan, 7));
  });
});

describe('strengths that were matched', () => {
  const question: MatchQuestion = {
    probeSha256: 'ab'.repeat(32),
    weightsSha256: sampleDose.model.weightsSha256,
    mode: 'add',
    pole: 'negative',
    from: 18,
    to: 18,
  };
  const matched = (target: number, strength: number) => ({
    target,
    strength,
    kl: target,
    meanKl: target / 3,
    perplexity: 20,
    batches: 4,
  });

  it('are remembered by everything that they depend on', () => {
    const storage = memory();
    new MatchBook(storage).learn(question, [matched(1, 0.3), matched(2, 0.4)]);
    const book = new MatchBook(storage);
    expect([book.find(question, 1, null), book.find(question, 2, null), book.find(question, 0.5, null)]).toEqual([
      0.3,
      0.4,
      null,
    ]);
    for (const other of [
      { pole: 'positive' },
      { mode: 'cap' },
      { to: 19 },
      { probeSha256: 'ee'.repeat(32) },
      { weightsSha256: 'ee'.repeat(32) },
    ] as const)
      expect(book.find({ ...question, ...other }, 1, null)).toBeNull();
  });

  it('come of a dose–response where it is of the same steering, whichever pole, but not before one’s own', () => {
    const book = new MatchBook(null);
    const at = (report: DoseReport, change: Partial<MatchQuestion> = {}) =>
      book.find({ ...question, ...change }, 1, report);
    expect([
      at(sampleDose),
      at(sampleDose, { pole: 'positive' }),
      at(sampleDose, { from: 17 }),
      at({ ...sampleDose, mode: 'cap' }),
    ]).toEqual([sampleDose.direction.levels[2]!.strength, sampleDose.direction.levels[2]!.strength, null, null]);
    book.learn(question, [matched(1, 0.29)]);
    expect(at(sampleDose)).toBe(0.29);
  });

  it.each([
    ['cut off', '{"a'],
    ['something else', '[1]'],
    ['no strengths', '{"x":{"1":"a","2":99}}'],
    ['null', 'null'],
  ])('that are %s in storage are matched anew', (_, stored) => {
    const storage = memory();
    storage.setItem('flipside.matched', stored);
    expect(new MatchBook(storage).find(question, 1, null)).toBeNull();
  });
});
