/** `steer --prompt` on the embedded model: what it refuses, and texts towards both poles. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { steer } from '../../../src/cli/commands/steer.ts';
import type { WrittenSummary, WrittenText } from '../../../src/steering/written.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-steer-writing-'));
  writeFileSync(join(folder, 'empty.txt'), '\n \n');
  writeFileSync(join(folder, 'two.txt'), 'The guard opened the gate. He\n\nThe cook took the pan and\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) =>
  steer.run(['--model', MODEL, '--probe', PROBE, ...args], new AbortController().signal);

describe('words that cannot be written are refused:', () => {
  test.each<[string[], RegExp]>([
    [['--prompt', 'He', '--dose'], /say what to do, one of three/],
    [['--prompt', 'He', '--prompts', 'two.txt'], /--prompt and --prompts contradict/],
    [['--prompts', 'empty.txt'], /a file without a line in it/],
    [['--prompt', 'He', '--pole', 'kind'], /--pole must be positive, negative or both, got "kind"/],
    [['--prompt', 'He', '--strength', '0.2', '--match', '1'], /--strength and --match contradict/],
    [['--prompt', 'He', '--strength', '3'], /--strength must be a number from -2 to 2, got "3"/],
    [['--prompt', 'He', '--match', '0'], /--match must be a number from 0.001 to 20/],
    [['--prompt', 'He', '--mode', 'melt'], /--mode must be add or cap or ablate, got "melt"/],
    [['--prompt', 'He', '--layer', '31'], /--layer must be a whole number from 1 to 30/],
    [['--prompt', 'He', '--where', 'never'], /--where must be/],
    [['--prompt', 'He', '--seeds', '0'], /--seeds must be/],
  ])('%j', async (args, message) => {
    await expect(run(...args.map((arg) => (arg.endsWith('.txt') ? join(folder, arg) : arg)))).rejects.toMatchObject({
      message: expect.stringMatching(message) as string,
    });
  });

  test('an addition of negative length', async () => {
    await expect(run('--prompt', 'He', '--strength=-0.5')).rejects.toMatchObject({
      code: 'push-invalid',
      message: expect.stringContaining('A strength of -0.5 is not between 0 and 2') as string,
    });
  }, 120_000);
});

test('every prompt is written with every seed on every side, and read again', async () => {
  const { result } = await run(
    '--prompts',
    join(folder, 'two.txt'),
    '--strength',
    '0.25',
    '--max-tokens',
    '6',
    '--seeds',
    '2',
    '--seed',
    '5',
  );
  const { texts, summary, push: steering } = result as { texts: WrittenText[]; summary: WrittenSummary; push: object };
  expect(steering).toMatchObject({ mode: 'add', from: 18, to: 18, where: 'generated', strength: 0.25, matched: null });
  expect(texts.map(({ seed, side }) => `${seed} ${side}`)).toEqual(
    Array.from({ length: 2 }, () =>
      [5, 6].flatMap((seed) => ['unpushed', 'positive', 'negative'].map((side) => `${seed} ${side}`)),
    ).flat(),
  );
  for (const { text, tokens, readBack, during } of texts) {
    expect(text.length).toBeGreaterThan(0);
    expect(tokens).toBe(6);
    // The probe reads at layer 16, before the steering at 18: there both readings are one.
    expect(readBack).toBeCloseTo(during, 3);
  }
  expect(summary.sides.positive.texts).toBe(4);
  expect(summary.apart).toMatchObject({ n: 2, low: null });
}, 240_000);

test('taking a direction away has one side, and steering at a layer that is read shows in the pass itself alone', async () => {
  const { result } = await run(
    '--prompt',
    'The guard opened the gate. He',
    '--mode',
    'ablate',
    '--layers',
    '10-16',
    '--max-tokens',
    '6',
    '--where',
    'all',
  );
  const { texts } = result as { texts: WrittenText[] };
  expect(texts.map(({ side }) => side)).toEqual(['unpushed', 'positive']);
  expect(texts[0]!.during).toBeCloseTo(texts[0]!.readBack, 3);
  expect(texts[1]!.during).not.toBeCloseTo(texts[1]!.readBack, 1);
}, 240_000);
