/**
 * Commands that steer, look inside, patch and compare with a probe of another variant of the model, on the toy: carried
 * over with its cosine, or refused with why.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../../src/cli/command.ts';
import { compare } from '../../../src/cli/commands/compare.ts';
import { generate } from '../../../src/cli/commands/generate.ts';
import { lens } from '../../../src/cli/commands/lens.ts';
import { patch } from '../../../src/cli/commands/patch.ts';
import { record } from '../../../src/cli/commands/record.ts';
import { steer } from '../../../src/cli/commands/steer.ts';
import { readProbe } from '../../../src/cli/files.ts';
import type { DtypeAgreement } from '../../../src/probe/dtype-agreement.ts';
import { parseDose } from '../../../src/formats/probe/dose.ts';
import { PROBE_FILES, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { ROOT } from '../../fixtures/command.ts';
import { refusalOf } from '../../fixtures/refusal.ts';
import { TOPICS, writeFirstChoices, writeToyVariants } from '../../fixtures/toy/toy-variants.ts';

const MINUTE = 60_000;
const TEXT = 'She fed the dog.';
const CARRIED = { from: 'q4', to: 'q4f16', layer: 2, topics: TOPICS, fittedTopics: TOPICS };

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-carried-'));
  await writeToyVariants(folder);
  writeFirstChoices(folder, 'four', 4);
}, 5 * MINUTE);
afterAll(() => rmSync(folder, { recursive: true }));

async function on<T>(command: Command, model: string, ...args: string[]): Promise<T> {
  return (await command.run(['--model', at(model), ...args], new AbortController().signal)).result as T;
}
const fitted = (): string[] => ['--fitted-on', at('dozen.set.json')];
const probe = (): string[] => ['--probe', at('probe')];
const agrees = (carried: DtypeAgreement | undefined): void => {
  expect(carried).toMatchObject(CARRIED);
  for (const cosine of carried!.cosine) expect(cosine).toBeGreaterThan(0.99);
};

interface Carried {
  readonly carriedOver?: DtypeAgreement;
}

describe('steering along a direction of another variant', () => {
  const write = (): string[] => [
    ...probe(),
    '--prompt',
    'He fed',
    '--layer',
    '2',
    '--strength',
    '0.4',
    '--pole',
    'positive',
    '--max-tokens',
    '4',
    '--temperature',
    '0',
  ];

  it(
    'writes with its cosine beside it, nearly as on its own',
    async () => {
      const here = await on<Carried>(steer, 'toy-q4', ...write());
      expect(here).not.toHaveProperty('carriedOver');
      const there = await on<Carried & { readonly texts: readonly object[] }>(
        steer,
        'toy-q4f16',
        ...write(),
        ...fitted(),
      );
      agrees(there.carriedOver);
      expect(there.texts).toHaveLength(2);
    },
    3 * MINUTE,
  );

  it(
    'is measured as a dose–response of the variant, whose files all say so',
    async () => {
      const out = at('dose');
      const measure = [
        ...probe(),
        '--dose',
        '--layer',
        '2',
        '--kl',
        '0.05',
        '--choices',
        at('four.set.json'),
        '--stories',
        at('two.set.json'),
        '--no-control',
        '--no-placebos',
        '--out',
        out,
      ];
      const there = await on<Carried>(steer, 'toy-q4f16', ...measure, ...fitted());
      agrees(there.carriedOver);
      const report = parseDose(readFileSync(join(out, 'dose.json'), 'utf8'));
      expect(report.carriedOver).toEqual(there.carriedOver);
      const line = `The probe was made on q4; this is q4f16. Their directions agree with cosine ${report.carriedOver!.cosine[2]!.toFixed(3)} at layer 2 (n = 12 topics;`;
      expect(readFileSync(join(out, 'DOSE.md'), 'utf8')).toContain(line);
      expect(
        readFileSync(join(out, 'dose.svg'), 'utf8')
          .replaceAll(/<[^>]*>\s*/g, ' ')
          .replaceAll(/\s+/g, ' '),
      ).toContain('The probe was made on q4; this is q4f16.');
      await on<Carried>(steer, 'toy-q4', ...measure);
      expect(parseDose(readFileSync(join(out, 'dose.json'), 'utf8'))).not.toHaveProperty('carriedOver');
    },
    5 * MINUTE,
  );

  it(
    'is refused with what was measured where the roundings are too coarse',
    async () => {
      for (const args of [
        write(),
        [
          ...probe(),
          '--dose',
          '--layer',
          '2',
          '--choices',
          at('four.set.json'),
          '--stories',
          at('two.set.json'),
          '--no-control',
          '--no-placebos',
          '--out',
          at('never'),
        ],
      ]) {
        const found = await refusalOf(on(steer, 'coarse/toy-q8', ...args, ...fitted()));
        expect(found).toMatchObject({ code: 'probe-model-mismatch', details: { from: 'q4', to: 'q8', layer: 2 } });
        expect(found.message).toMatch(/cosine of -?0\.\d{3} only/);
      }
    },
    2 * MINUTE,
  );

  it(
    'is refused at a layer where it does not hold, though it holds where it reads',
    async () => {
      const { probe: own } = await readProbe(at('probe'));
      const { hidden } = own.model;
      const steering = own.steering.slice();
      // Turned away at layer 3 alone.
      for (let i = 0; i < hidden; i += 1)
        steering[3 * hidden + i] = (i % 2 === 0 ? 1 : -1) * (own.steering[3 * hidden + hidden - 1 - i] ?? 0);
      const { json, tensors } = serialiseProbe({ ...own, steering });
      mkdirSync(at('turned'));
      writeFileSync(at('turned', PROBE_FILES.json), json);
      writeFileSync(at('turned', PROBE_FILES.tensors), tensors);
      const turned = [
        '--probe',
        at('turned'),
        '--prompt',
        'He fed',
        '--strength',
        '0.4',
        '--pole',
        'positive',
        '--max-tokens',
        '2',
        ...fitted(),
      ];
      const found = await refusalOf(on(steer, 'toy-q4f16', ...turned, '--layers', '2-3'));
      expect(found).toMatchObject({ code: 'probe-model-mismatch', details: { from: 'q4', to: 'q4f16', layer: 3 } });
      expect(found.message).toMatch(/at layer 3.*Steer other layers/);
      agrees({ ...(await on<Carried>(steer, 'toy-q4f16', ...turned, '--layer', '2')).carriedOver!, cosine: [1] });
    },
    2 * MINUTE,
  );
});

describe('the lens on a direction of another variant', () => {
  it(
    'shows its words with its cosine, nearly as on its own',
    async () => {
      const look = [...probe(), '--layer', '2', '--direction', 'steering', '--top', '3'];
      type Looked = {
        readonly direction: Carried & {
          readonly layers: readonly { readonly promoted: readonly { readonly id: number; readonly logit: number }[] }[];
        };
      };
      const [here, there] = [
        await on<Looked>(lens, 'toy-q4', ...look),
        await on<Looked>(lens, 'toy-q4f16', ...look, ...fitted()),
      ];
      expect(here.direction).not.toHaveProperty('carriedOver');
      agrees(there.direction.carriedOver);
      const first = ({ direction }: Looked) => direction.layers[0]!.promoted[0]!;
      expect(first(there).id).toBe(first(here).id);
      expect(first(there).logit).toBeCloseTo(first(here).logit, 1);
    },
    3 * MINUTE,
  );

  it(
    'needs no probe for a text',
    async () => {
      expect(await on(lens, 'toy-q4f16', '--text', TEXT, '--layer', '3', '--top', '1')).not.toHaveProperty('direction');
    },
    3 * MINUTE,
  );
});

it(
  'a patched text is read with its cosine beside the scores',
  async () => {
    const asked = [
      ...probe(),
      '--a',
      'fed it',
      '--b',
      'hit it',
      '--words',
      'a|b',
      '--layers',
      '2',
      '--at',
      '2:1',
      '--no-placebo',
    ];
    type Patched = { readonly probe: Carried & { readonly patchedScores: readonly (number | null)[] } };
    expect((await on<Patched>(patch, 'toy-q4', ...asked)).probe).not.toHaveProperty('carriedOver');
    const there = await on<Patched>(patch, 'toy-q4f16', ...asked, ...fitted());
    agrees(there.probe.carriedOver);
    expect(there.probe.patchedScores[1]).not.toBeNull();
  },
  3 * MINUTE,
);

describe('two texts, on another variant', () => {
  const texts = ['--a', TEXT, '--b', 'She hit the dog.', '--layer', '2'];
  interface Compared {
    readonly a: Carried & { readonly pushed: string | null };
    readonly b: Carried & { readonly pushed: string | null };
    readonly difference: { readonly refused?: string; readonly mean?: { readonly n: number } };
  }

  it(
    'are subtracted where one probe, carried over, read both',
    async () => {
      const { a, b, difference } = await on<Compared>(
        compare,
        'toy-q4f16',
        ...texts,
        ...probe(),
        ...fitted(),
        '--push-b',
        'positive:2:0.3',
      );
      agrees(a.carriedOver);
      expect(b.carriedOver).toEqual(a.carriedOver);
      expect(difference.mean!.n).toBeGreaterThan(3);
      expect(b.pushed).toMatch(
        /^steered to kind, layer 2, strength 0\.3; made on q4, cosine \d\.\d{3} on q4f16 at layer 2, n = 12 topics$/,
      );
    },
    2 * MINUTE,
  );

  it(
    'are not where a second probe was made on this variant: there are still two scales',
    async () => {
      const { probe: own } = await readProbe(at('probe'));
      const { model } = await on<{ readonly model: typeof own.model }>(
        lens,
        'toy-q4f16',
        '--text',
        'a',
        '--layer',
        '3',
        '--top',
        '1',
      );
      const { json, tensors } = serialiseProbe({ ...own, model });
      mkdirSync(at('at-home'));
      writeFileSync(at('at-home', PROBE_FILES.json), json);
      writeFileSync(at('at-home', PROBE_FILES.tensors), tensors);
      const { a, b, difference } = await on<Compared>(
        compare,
        'toy-q4f16',
        ...texts,
        ...probe(),
        ...fitted(),
        '--probe-b',
        at('at-home'),
      );
      agrees(a.carriedOver);
      expect(b).not.toHaveProperty('carriedOver');
      expect(difference.refused).toMatch(/no common scale/);
    },
    3 * MINUTE,
  );
});

it(
  'what is written is read with its cosine; what would ship as recorded is not carried over',
  async () => {
    agrees(
      (await on<Carried>(generate, 'toy-q4f16', '--prompt', 'He', '--max-tokens', '2', ...probe(), ...fitted()))
        .carriedOver,
    );
    const found = await refusalOf(
      on(record, 'toy-q4f16', ...probe(), '--stories', join(ROOT, 'src/content/stories'), '--out', at('never')),
    );
    expect(found).toMatchObject({ code: 'probe-model-mismatch', details: { from: 'q4', to: 'q4f16' } });
    expect(found.message).toMatch(/has to be measured first, which is not done here/);
  },
  3 * MINUTE,
);
