/** The small decoders that a device is tried with, on onnxruntime-node and by numpy, and what is made of their times. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TRIAL_ANSWERS } from '../../../src/engine/capability/trial-answers.ts';
import {
  trialFiles,
  tryEngine,
  TRIAL_GRAPHS,
  TRIAL_SHAPES,
  type OpenTrial,
} from '../../../src/engine/capability/try-engine.ts';
import { AppError } from '../../../src/base/errors.ts';
import { openNodeFiles } from '../../../src/engine/node/node-decoder.ts';

const never = new AbortController().signal;
const FIXTURE = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/trial/trial.fixture.json', import.meta.url), 'utf8'),
) as {
  readonly shapes: Readonly<Record<string, unknown>>;
  readonly logits: Readonly<Record<string, unknown>>;
};
const open: OpenTrial = async (files) => (await openNodeFiles(files, { hooked: true }, 'trial')).decoder;

test('the answers are those that numpy computes in float64', () => {
  const { shapes, logits } = FIXTURE;
  for (const name of TRIAL_GRAPHS) {
    const { sizes, ...answers } = TRIAL_ANSWERS[name];
    expect(sizes).toEqual(shapes[name]);
    expect(answers).toEqual(logits[name]);
  }
});

test('onnxruntime on the processor gives these numbers to float32’s rounding, and each cost is a number', async () => {
  const found = await tryEngine(open, { signal: never });
  if (!found.right) throw new Error(found.detail);
  expect(found.relativeError).toBeLessThan(1e-5);
  expect(found.relativeError).toBeGreaterThan(0);
  for (const cost of [found.costs.token, found.costs.pass])
    for (const value of Object.values(cost)) expect(value).toBeGreaterThanOrEqual(0);
});

test('the graphs take few bytes: two layers, eight, and two that are as wide as the embedded model’s', () => {
  expect(TRIAL_SHAPES).toMatchObject({ shallow: { layers: 2 }, deep: { layers: 8 }, wide: { layers: 2 } });
  expect(TRIAL_SHAPES.wide.millions).toBeCloseTo(7.096, 2);
  const bytes = [...trialFiles('wide').weights.values()].reduce((sum, { length }) => sum + length, 0);
  expect(bytes).toBeLessThan(5e6);
});

describe('an engine that is not to be used', () => {
  /** The decoder, with what it gives changed. */
  const changed =
    (change: (logits: Float32Array) => Float32Array): OpenTrial =>
    async (files) => {
      const decoder = await open(files);
      return {
        ...decoder,
        run: async (...args) => {
          const pass = await decoder.run(...args);
          return { ...pass, logits: change(pass.logits) };
        },
      };
    };

  test('a number in a hundred that is wrong is enough', async () => {
    const found = await tryEngine(
      changed((logits) => logits.map((value, at) => (at === 5 ? value + 0.1 : value))),
      { signal: never },
    );
    expect(found).toMatchObject({ right: false, cause: 'wrong-numbers' });
    expect(found.right ? '' : found.detail).toMatch(/^A small graph gave numbers that are wrong by 0\.0\d+ /);
  });

  test('so are numbers that are not finite, and numbers that are not there', async () => {
    for (const change of [
      (logits: Float32Array) => logits.map(() => Number.NaN),
      (logits: Float32Array) => logits.subarray(1),
    ])
      expect(await tryEngine(changed(change), { signal: never })).toMatchObject({
        right: false,
        cause: 'wrong-numbers',
      });
  });

  test.each([
    ['gpu-device-lost', 'device-lost'],
    ['gpu-memory-refused', 'no-room'],
    ['numbers-not-finite', 'wrong-numbers'],
    ['model-session-failed', 'session-failed'],
  ] as const)('%s is told as %s', async (code, cause) => {
    const failing: OpenTrial = () => Promise.reject(new AppError(code, 'It failed.'));
    expect(await tryEngine(failing, { signal: never })).toEqual({ right: false, cause, detail: 'It failed.' });
  });

  test('a stop is no fault of the engine', async () => {
    await expect(tryEngine(open, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });
});
