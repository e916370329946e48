/** `flipside compare` on the embedded model, and the interventions that are typed for it. */
import { describe, expect, it } from 'vitest';
import { parseSteeringSpec } from '../../../src/cli/steering-spec.ts';
import { expectRefusal, flipside } from '../../fixtures/command.ts';
import { MODEL, PROBE, SETS } from '../../fixtures/embedded-model.ts';

const MINUTE = 60_000;
const KIND = 'She found a fox. She fed it by hand until it could walk again.';
const CRUEL = 'She found a fox. She kicked it down the hill and watched until it could walk again.';
const FORMAL = PROBE.replace('kind-cruel', 'formal-casual');

interface Compared {
  readonly a: { readonly tokens: number; readonly pushed: string | null };
  readonly b: { readonly tokens: number; readonly pushed: string | null };
  readonly layer: number;
  readonly alignment: { readonly shared: number; readonly parting: number | null };
  readonly difference: { readonly refused?: string; readonly mean?: { readonly mean: number; readonly n: number } };
  readonly divergence: Readonly<
    Record<'ab' | 'ba', { readonly mean: { readonly mean: number; readonly n: number }; readonly high: number }>
  > & { readonly opening: number; readonly firstColumn: number | null };
  readonly columns: readonly {
    readonly same: boolean;
    readonly a: { readonly text: string; readonly score: number | null } | null;
    readonly b: { readonly text: string } | null;
    readonly difference: number | null;
    readonly klAB: number | null;
    readonly klBA: number | null;
  }[];
}
const compared = async (...args: string[]): Promise<Compared> => {
  const { status, stdout, stderr } = await flipside('compare', '--model', MODEL, '--probe', PROBE, ...args);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Compared;
};

describe('compare', () => {
  it(
    'puts two texts in columns, with the difference at a layer and the KL both ways at shared tokens',
    async () => {
      const { a, b, layer, alignment, divergence, columns, difference } = await compared(
        '--a',
        KIND,
        '--b',
        CRUEL,
        '--layer',
        '16',
      );
      expect(a.tokens).not.toBe(b.tokens);
      expect(layer).toBe(16);
      expect(columns.map((column) => column.a?.text ?? '').join('')).toBe(KIND);
      expect(columns.map((column) => column.b?.text ?? '').join('')).toBe(CRUEL);
      expect(divergence.firstColumn!).toBeGreaterThanOrEqual(alignment.parting!);
      expect(columns.filter(({ same }) => same)).toHaveLength(alignment.shared);
      for (const { same, klAB, klBA } of columns) expect([klAB !== null, klBA !== null]).toEqual([same, same]);
      expect(divergence.ab.mean.n).toBe(alignment.shared - divergence.opening);
      expect(divergence.ab.mean.mean).toBeGreaterThan(0.1);
      expect(difference.mean!.n).toBeGreaterThan(3);
    },
    3 * MINUTE,
  );

  it(
    'of a text with itself is nothing, and steered from a token on is nothing until there',
    async () => {
      const same = await compared('--a', KIND, '--b', KIND);
      expect(same.divergence).toMatchObject({
        firstColumn: null,
        ab: { mean: { mean: 0 } },
        ba: { mean: { mean: 0 } },
      });
      expect(same.difference.mean!.mean).toBe(0);
      const steered = await compared('--a', KIND, '--b', KIND, '--push-b', 'negative:12-18:0.3:8');
      expect(steered.a.pushed).toBeNull();
      expect(steered.b.pushed).toBe('steered to cruel, layers 12 to 18, strength 0.3, from token 8 on');
      expect(steered.divergence.firstColumn).toBe(8);
      expect(steered.columns.slice(0, 8).every(({ klAB }) => klAB === 0)).toBe(true);
      expect(steered.columns.slice(8).every(({ klAB }) => klAB! > 0)).toBe(true);
      // At the probe's layer the stream has been steered to cruel, so it reads lower.
      expect(steered.difference.mean!.mean).toBeLessThan(-0.5);
    },
    2 * MINUTE,
  );

  it(
    'subtracts nothing where the probes are two, and still tells the KL',
    async () => {
      const { difference, divergence } = await compared('--a', KIND, '--b', CRUEL, '--probe-b', FORMAL);
      expect(difference.refused).toMatch(/A was read with kind-cruel, B with formal-casual/);
      expect(divergence.ab.mean.mean).toBeGreaterThan(0.1);
    },
    3 * MINUTE,
  );

  it(
    'refuses what cannot be compared in a sentence',
    async () => {
      const base = ['compare', '--model', MODEL, '--probe', PROBE];
      expectRefusal(await flipside(...base, '--a', KIND), /usage: compare: give either --b or --b-file/);
      expectRefusal(
        await flipside(...base, '--a', KIND, '--a-file', 'x', '--b', KIND),
        /usage: compare: give either --a or --a-file/,
      );
      expectRefusal(
        await flipside(...base, '--a', KIND, '--b-file', `${SETS}/none.txt`),
        /usage: Cannot read .*none\.txt/,
      );
      expectRefusal(await flipside(...base, '--a', '', '--b', KIND), /text-empty/);
      expectRefusal(
        await flipside(...base, '--a', KIND, '--b', KIND, '--layer', '31'),
        /--layer must be a whole number from 0 to 30/,
      );
      expectRefusal(
        await flipside(...base, '--a', KIND, '--b', KIND, '--steer-a', 'positive:18:strong'),
        /usage: --steer-a has no strength/,
      );
      expectRefusal(
        await flipside(
          ...base,
          '--a',
          KIND,
          '--b',
          KIND,
          '--steer-a',
          'positive:18:0.2',
          '--push-a',
          'positive:18:0.2',
        ),
        /usage: compare: give --steer-a or its older name --push-a, not both/,
      );
      expectRefusal(
        await flipside(...base, '--a', KIND, '--b', KIND, '--steer-a', 'positive:31:0.2'),
        /push-invalid: Layers 31 to 31 cannot be steered/,
      );
    },
    2 * MINUTE,
  );
});

describe('steering that is typed', () => {
  it.each<[string, ReturnType<typeof parseSteeringSpec>]>([
    [
      'positive:18:0.26:generated',
      { mode: 'add', pole: 'positive', from: 18, to: 18, strength: 0.26, where: 'generated' },
    ],
    ['add:negative:10-20:1', { mode: 'add', pole: 'negative', from: 10, to: 20, strength: 1, where: 'all' }],
    ['cap:positive:9:-0.5:all', { mode: 'cap', pole: 'positive', from: 9, to: 9, strength: -0.5, where: 'all' }],
    ['ablate:3-30:12', { mode: 'ablate', pole: 'positive', from: 3, to: 30, strength: 0, where: 12 }],
    ['ablate:3', { mode: 'ablate', pole: 'positive', from: 3, to: 3, strength: 0, where: 'all' }],
  ])('as %s is read', (spec, settings) => {
    expect(parseSteeringSpec('steer-a', spec)).toEqual(settings);
  });

  it.each<[string, RegExp]>([
    ['', /names no pole/],
    ['up:18:0.2', /names no pole/],
    ['positive', /names no layer/],
    ['positive:mid:0.2', /names no layer/],
    ['positive:18', /has no strength/],
    ['positive:18:', /has no strength/],
    ['positive:18:1e999', /has no strength/],
    ['positive:18:0.2:later', /must end in all, generated or the number of a token/],
    ['positive:18:0.2:-3', /must end in/],
    ['positive:18:0.2:all:all', /has more parts/],
    ['ablate:18:0.2', /must end in/],
    ['ablate:positive:18', /names no layer/],
  ])('as "%s" is refused, with how it is typed', (spec, message) => {
    expect(() => parseSteeringSpec('steer-a', spec)).toThrow(message);
    expect(() => parseSteeringSpec('steer-a', spec)).toThrow(/typed as \[add\|cap:\]POLE/);
  });
});
