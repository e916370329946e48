/** `steer --prompt` along several directions and under a condition, on the embedded model. */
import { describe, expect, it } from 'vitest';
import { read } from '../../../src/cli/commands/read.ts';
import { steer } from '../../../src/cli/commands/steer.ts';
import type { TokenStretch } from '../../../src/steering/condition.ts';
import type { WrittenSummary, WrittenText } from '../../../src/steering/written.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const FORMAL = PROBE.replace('kind-cruel', 'formal-casual');
const signal = new AbortController().signal;
const run = (...args: string[]) => steer.run(['--model', MODEL, '--probe', PROBE, ...args], signal);

describe('what cannot be is refused before a model is opened:', () => {
  it.each<[string[], RegExp]>([
    [['--also', FORMAL], /--also must be the folder of a probe and what is done along it/],
    [['--also', `${FORMAL} sideways:18:0.1`], /--also names no pole/],
    [['--also', `${FORMAL} negative:18:0.1:all`], /--also steers the tokens that --where says/],
    [['--also', `${FORMAL} negative:31:0.1`], /Layers 31 to 31 cannot be steered/],
    [['--also', `${PROBE} negative:18:0.1`], /Kind–cruel steers layer 18 twice/i],
    [['--strength', '1.5', '--also', `${FORMAL} negative:18:0.6`], /come to 2.1 lengths of the stream/],
    [['--when', PROBE], /--when must be the folder of a probe, < or >, and a reading/],
    [['--when', `${PROBE} > high`], /--when must be/],
    [['--when', `${PROBE}@18 > 1`], /must lie below the first steered layer, 18/],
    [['--when', `${PROBE} > 1`, '--layer', '14'], /has no layer of its own below 14/],
    [['--when', `${PROBE} > 99`], /does not happen/],
    [['--placebos', '14'], /--placebos must be a whole number from 1 to 13/],
  ])('%j', async (args, message) => {
    await expect(run('--prompt', 'He', ...args)).rejects.toMatchObject({
      message: expect.stringMatching(message) as string,
    });
  });

  it('a condition on a dose–response', async () => {
    await expect(run('--dose', '--out', 'nowhere', '--when', `${PROBE} > 1`)).rejects.toMatchObject({
      message: expect.stringContaining('--when is no option of --dose') as string,
    });
    await expect(run('--dose', '--out', 'nowhere', '--also', `${FORMAL} negative:18:0.1`)).rejects.toMatchObject({
      message: expect.stringContaining('--also is no option of --dose') as string,
    });
  });
});

interface Printed {
  readonly push: {
    readonly also: readonly { readonly direction: string; readonly strength: number }[];
    readonly when: { readonly layer: number; readonly side: string; readonly threshold: number };
  };
  readonly summary: WrittenSummary;
  readonly rank: { readonly placebos: number; readonly p: number };
  readonly placebos: readonly { readonly title: string; readonly strength: number; readonly summary: WrittenSummary }[];
  readonly texts: readonly WrittenText[];
}

it('a text is steered along both directions where the reading of what is written says so, and so are placebos', async () => {
  const prompt = 'The guard opened the gate. He kicked the';
  const { result } = await run(
    ...['--prompt', prompt, '--pole', 'positive', '--strength', '0.3', '--max-tokens', '10', '--seed', '5'],
    ...['--also', `${FORMAL} negative:19:0.1`, '--when', `${PROBE} < 0`, '--placebos', '1', '--where', '4'],
  );
  const { push: steering, summary, rank, placebos, texts } = result as Printed;
  expect(steering).toMatchObject({
    strength: 0.3,
    from: 18,
    where: 4,
    also: [{ strength: 0.1, from: 19, pole: 'negative' }],
  });
  expect(steering.when).toMatchObject({ layer: 16, side: 'below', threshold: 0 });
  const [unsteered, steered] = texts;
  expect([unsteered!.side, unsteered!.acted, steered!.side]).toEqual(['unpushed', undefined, 'positive']);
  const acted = tokensOf(steered!.acted!);
  expect(summary.sides.positive.steered).toEqual({ tokens: acted.length, of: steered!.asked });
  expect(placebos).toMatchObject([{ strength: 0.3 }]);
  expect(placebos[0]!.summary.sides.positive.steered!.of).toBeGreaterThan(0);
  expect(rank).toMatchObject({ placebos: 1 });

  // Read without steering, the whole text has the very readings that decided: steering above cannot move them.
  const { result: again } = await read.run(
    ['--model', MODEL, '--probe', PROBE, '--text', prompt + steered!.text, '--every', 'word'],
    signal,
  );
  const { taps: readouts } = again as { taps: { afterToken: number; stand: string; score: number[] }[] };
  const decided = readouts
    .filter(({ stand }) => stand !== 'sentence')
    .map(({ afterToken, score }) => ({ token: afterToken + 1, below: score[16]! < 0 }));
  const inside = decided.filter(({ token }) => token >= 4 && token < 4 + steered!.asked!);
  expect(inside.length).toBeGreaterThan(5);
  for (const { token, below } of inside) expect(acted.includes(token), `token ${token}`).toBe(below);
}, 240_000);

const tokensOf = (stretches: readonly TokenStretch[]): number[] =>
  stretches.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
