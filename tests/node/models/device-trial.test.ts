/** What is made of the times of small graphs: costs, expectations, the choice of an engine and its sentence. */
import { describe, expect, test } from 'vitest';
import { planSentence } from '../../../src/content/trial.ts';
import {
  expectedOf,
  expectedOnCard,
  expectedOnProcessor,
  parseDeviceTrial,
  passCost,
  planEngine,
  type DeviceTrial,
  type EngineCosts,
  type EngineTrial,
} from '../../../src/models/device-trial.ts';

const SHAPES = {
  shallow: { layers: 2, millions: 1 },
  deep: { layers: 8, millions: 1 },
  wide: { layers: 2, millions: 7 },
};
const SIZE = { layers: 30, weights: 130e6, bits: 5, unpacked: true };
const cost = (fixedMs: number, layerMs: number, weightsMs: number) => ({ fixedMs, layerMs, weightsMs });
const both = (token: ReturnType<typeof cost>): EngineCosts => ({ token, pass: token });
const right = (costs: EngineCosts, packed: EngineCosts | null = null, atLeast = false): EngineTrial => ({
  right: true,
  relativeError: 1e-6,
  costs,
  packed,
  atLeast,
});
/** 3 + 30 · 0.1 + 130 · 0.5 = 71 ms; packed 3 + 3 + 130 · 2 = 266 ms. */
const PROCESSOR = right(both(cost(3, 0.1, 0.5)), both(cost(3, 0.1, 2)));

test('three times give what a pass, a layer and a million weights cost', () => {
  // 4 + 2 · 0.5, 4 + 8 · 0.5, 4 + 2 · 0.5 + 6 · 0.25
  expect(passCost({ shallow: 5, deep: 8, wide: 6.5 }, SHAPES)).toEqual(cost(4, 0.5, 0.25));
});

test('noise makes no cost negative', () => {
  const { fixedMs, layerMs, weightsMs } = passCost({ shallow: 5, deep: 4, wide: 4.5 }, SHAPES);
  expect([fixedMs, layerMs, weightsMs]).toEqual([5, 0, 0]);
});

test('a model takes a pass, its layers and its weights', () => {
  expect(expectedOf({ token: cost(4, 0.5, 0.25), pass: cost(8, 1, 0) }, SIZE)).toEqual({ tokenMs: 51.5, passMs: 38 });
});

test('weights that have no room unpacked are expected to take what packed ones do', () => {
  expect(expectedOnProcessor(PROCESSOR, SIZE)!.tokenMs).toBeCloseTo(71);
  expect(expectedOnProcessor(PROCESSOR, { ...SIZE, unpacked: false })!.tokenMs).toBeCloseTo(266);
});

test('floats are expected to take what unpacked weights do, whether there is room to unpack or not', () => {
  expect(expectedOnProcessor(PROCESSOR, { ...SIZE, bits: 32, unpacked: false })!.tokenMs).toBeCloseTo(71);
});

test('on a card a token waits for the bits of its weights, and a longer pass does not', () => {
  const costs = { token: cost(3, 0.1, 0.02), pass: cost(3, 0.1, 0.04) };
  const { tokenMs, passMs } = expectedOnCard(costs, { ...SIZE, bits: 32 });
  // 3 + 30 · 0.1 + 130 · 0.02 · 32 / 5, and 3 + 30 · 0.1 + 130 · 0.04
  expect(tokenMs).toBeCloseTo(22.64);
  expect(passMs).toBeCloseTo(11.2);
  expect(expectedOnCard(costs, SIZE)).toEqual(expectedOf(costs, SIZE));
});

describe('the engine', () => {
  test.each([
    [
      'a fast card',
      { processor: null, card: right(both(cost(1, 0.1, 0.01))) },
      'webgpu',
      null,
      'Runs on the graphics card: about 190 tokens a second expected.',
    ],
    [
      'a card as fast as the processor, within what a short run can tell',
      { processor: PROCESSOR, card: right(both(cost(5, 0.5, 0.5))) },
      'webgpu',
      null,
      'Runs on the graphics card: about 12 tokens a second expected.',
    ],
    [
      'a card that is clearly slower',
      { processor: PROCESSOR, card: right(both(cost(5, 2, 1))) },
      'wasm',
      'slower',
      'The graphics card is slower than the processor (about 5.1 tokens a second); the processor runs: about 14 tokens a second expected.',
    ],
    [
      'a card that gave wrong numbers',
      { processor: PROCESSOR, card: { right: false, cause: 'wrong-numbers', detail: 'Wrong.' } },
      'wasm',
      'wrong-numbers',
      'The graphics card gives wrong numbers; the processor runs: about 14 tokens a second expected.',
    ],
    [
      'no card',
      { processor: PROCESSOR, card: null },
      'wasm',
      'no-adapter',
      'No graphics card was offered; the processor runs: about 14 tokens a second expected.',
    ],
  ] as const satisfies readonly (readonly [string, DeviceTrial, string, string | null, string])[])(
    '%s',
    (_, trial, engine, cause, sentence) => {
      const plan = planEngine(trial, SIZE, trial.card === null ? null : false);
      expect(plan).toMatchObject({ engine, cause });
      expect(planSentence(plan)).toBe(sentence);
    },
  );

  test('an adapter that computes in software is called so, with the bound that ended its trial', () => {
    const plan = planEngine({ processor: PROCESSOR, card: right(both(cost(250, 0, 0)), null, true) }, SIZE, true);
    expect(planSentence(plan)).toBe(
      'The software adapter is slower than the processor (at most 4 tokens a second); the processor runs: about 14 tokens a second expected.',
    );
  });

  test('a processor that computes wrongly is not expected to take any time, and no card is left for it', () => {
    const wrong: EngineTrial = { right: false, cause: 'wrong-numbers', detail: '' };
    const plan = planEngine({ processor: wrong, card: right(both(cost(5, 2, 1))) }, SIZE, false);
    expect(plan).toMatchObject({ engine: 'webgpu', processor: null });
  });
});

describe('a trial that was kept', () => {
  const TRIAL: DeviceTrial = { processor: PROCESSOR, card: right(both(cost(1, 2, 3)), null, true) };

  test('comes back as it was', () => {
    expect(parseDeviceTrial(JSON.parse(JSON.stringify(TRIAL)))).toEqual(TRIAL);
    expect(parseDeviceTrial({ processor: null, card: null })).toEqual({ processor: null, card: null });
  });

  test.each([
    ['nothing', null],
    ['an engine that was wrong', { ...TRIAL, card: { right: false, cause: 'wrong-numbers', detail: '' } }],
    ['a cost below zero', { ...TRIAL, card: right(both(cost(-1, 0, 0))) }],
    ['a cost that is no number', { ...TRIAL, card: right(both(cost(Number.NaN, 0, 0))) }],
    ['a cost that is missing', { ...TRIAL, card: { ...TRIAL.card, costs: { token: cost(1, 1, 1) } } }],
  ])('%s is made anew', (_, raw) => {
    expect(parseDeviceTrial(JSON.parse(JSON.stringify(raw)))).toBeNull();
  });
});
