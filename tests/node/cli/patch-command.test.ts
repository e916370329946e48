/** `flipside patch` on the embedded model. */
import { describe, expect, it } from 'vitest';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';
import { expectRefusal, flipside } from '../../fixtures/command.ts';

const MINUTE = 60_000;
const TEXTS = ['--a', 'She fed the fox. Everyone called her', '--b', 'She kicked the fox. Everyone called her'];
const base = ['patch', '--model', MODEL, ...TEXTS, '--words', ' kind| cruel'];

interface Patched {
  readonly gap: number;
  readonly said: readonly string[];
  readonly placebo: { readonly n: number };
  readonly tokens: readonly { readonly b: number; readonly textB: string }[];
  readonly layers: readonly {
    readonly layer: number;
    readonly cells: readonly {
      readonly effect: number;
      readonly share: number;
      readonly placebos: readonly number[];
    }[];
  }[];
  readonly continued?: {
    readonly stream: number;
    readonly pair: { readonly b: number };
    readonly patched: string;
    readonly a: string;
    readonly b: string;
  };
  readonly probe?: { readonly patchedScores: readonly (number | null)[]; readonly scores: readonly (number | null)[] };
}

describe('patch', () => {
  it(
    'prints a grid with placebos, goes on from a patch and reads it with a probe',
    async () => {
      const { status, stdout, stderr } = await flipside(
        ...base,
        '--every',
        '15',
        '--at',
        '15:1',
        '--continue',
        '3',
        '--probe',
        PROBE,
      );
      expect(status, stderr).toBe(0);
      const found = JSON.parse(stdout) as Patched;
      expect(found.layers.map(({ layer }) => layer)).toEqual([1, 15, 30]);
      expect(found.tokens[0]).toMatchObject({ b: 1, textB: ' kicked' });
      const last = found.layers[2]!.cells.at(-1)!;
      expect(last.effect).toBeCloseTo(found.gap, 2);
      expect(last.placebos).toHaveLength(2);
      expect(found.placebo.n).toBe(2 * 3 * found.tokens.length);
      expect(found.said.join(' ')).toMatch(
        /After A the log-odds of “kind” over “cruel” are .* nats, after B .*The whole way from B to A is .*For scale: 95 % of \d+ placebos/,
      );
      expect(found.continued).toMatchObject({ stream: 15, pair: { b: 1 } });
      expect(found.continued!.patched.length).toBeGreaterThan(3);
      const { patchedScores, scores } = found.probe!;
      expect([patchedScores[0], scores[0]]).toEqual([null, null]);
      expect(patchedScores[1]).not.toBe(scores[1]);
      expect(stderr).toMatch(/patching \d+\/\d+/);
    },
    2 * MINUTE,
  );

  it(
    'refuses in a sentence what it cannot do',
    async () => {
      expectRefusal(
        await flipside('patch', '--model', MODEL, ...TEXTS, '--words', 'kind'),
        /--words must be two ways of going on with \|/,
      );
      expectRefusal(await flipside(...base, '--tokens', '1;2'), /--tokens must be numbers of tokens of B/);
      expectRefusal(await flipside(...base, '--at', '12'), /--at must be a layer and a token of B/);
      expectRefusal(
        await flipside(...base, '--layers', '5-40'),
        /--layers must be a layer or two with a hyphen, from 1 to 30, got "5-40"/,
      );
      expectRefusal(await flipside(...base, '--layers', '5', '--every', '2'), /give --layers or --every, not both/);
      expectRefusal(
        await flipside(...base, '--layers', '30', '--tokens', '99', '--no-placebo'),
        /Token 99 of B has no partner/,
      );
    },
    2 * MINUTE,
  );
});
