/** `steer --ablation` from the command line to its files, on the toy. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { steer } from '../../../src/cli/commands/steer.ts';
import { readProbe } from '../../../src/cli/files.ts';
import { ablationFigure } from '../../../src/formats/figures/ablation-figure.ts';
import { experimentFigureSvg } from '../../../src/formats/figures/experiment-figure.ts';
import { parseAblation } from '../../../src/formats/probe/ablation.ts';
import { ERASED } from '../../../src/steering/ablation-types.ts';
import { RANDOM_ERASURES } from '../../../src/steering/ablation.ts';
import { ablationSentence } from '../../../src/steering/ablation-words.ts';
import { TOPICS, writeFirstChoices, writeToyVariants } from '../../fixtures/toy/toy-variants.ts';

const MINUTE = 60_000;
const PAIRS = 6;

let folder: string;
const at = (...path: string[]): string => join(folder, ...path);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-ablation-'));
  await writeToyVariants(folder);
  writeFirstChoices(folder, 'six', PAIRS);
}, 5 * MINUTE);
afterAll(() => rmSync(folder, { recursive: true }));

const on = async (model: string, probe: string, out: string, ...more: string[]): Promise<unknown> => {
  const args = ['--ablation', '--model', at(model), '--probe', at(probe), '--out', at(out)];
  const texts = ['--choices', at('six.set.json'), '--stories', at('two.set.json')];
  return (await steer.run([...args, ...texts, ...more], new AbortController().signal)).result;
};
const file = (...path: string[]): string => readFileSync(at(...path), 'utf8');

describe('what is lost without a probe, by the command', () => {
  it(
    'is printed, kept and drawn with the same numbers, for the probe and the choices that were named',
    async () => {
      const printed = await on('toy-q4', 'probe', 'lost');
      expect(readdirSync(at('lost')).sort()).toEqual(['ablation-dark.svg', 'ablation.json', 'ablation.svg']);
      expect(JSON.parse(file('lost', 'ablation.json'))).toEqual(printed);
      const report = parseAblation(file('lost', 'ablation.json'));
      const { probe, sha256 } = await readProbe(at('probe'));
      expect(report).toMatchObject({
        probe: { id: probe.id, sha256 },
        model: { weightsSha256: probe.model.weightsSha256 },
        choices: { pairs: PAIRS },
        shows: 1,
        told: { n: PAIRS },
      });
      expect(report.random).toHaveLength(RANDOM_ERASURES);
      expect(report.cosines.map(({ layer, auroc }) => [layer, auroc])).toEqual(
        Array.from({ length: probe.model.layerCount }, (_, i) => [
          i + 1,
          Number(probe.evidence.auroc[i + 1]?.toPrecision(6)),
        ]),
      );
      for (const what of ERASED) {
        const { lost, told, kl } = report.erased[what];
        expect(lost.value).toBeCloseTo(1 - told.value / report.told.value, 3);
        expect(kl).toBeGreaterThan(0);
      }
      for (const theme of ['light', 'dark'] as const)
        expect(file('lost', theme === 'light' ? 'ablation.svg' : 'ablation-dark.svg')).toBe(
          experimentFigureSvg(ablationFigure(report), theme),
        );
      // The same seed gives the same file.
      await on('toy-q4', 'probe', 'again');
      expect(file('again', 'ablation.json')).toBe(file('lost', 'ablation.json'));
    },
    5 * MINUTE,
  );

  it(
    'stands on the card where it is written into the folder of the probe itself',
    async () => {
      cpSync(at('probe'), at('own'), { recursive: true });
      expect(file('own', 'CARD.md')).not.toContain('What the model loses without it');
      await on('toy-q4', 'own', 'own');
      expect(file('own', 'CARD.md')).toContain(`**${ablationSentence(parseAblation(file('own', 'ablation.json')))}**`);
    },
    5 * MINUTE,
  );

  it.each([
    ['the probe’s own weights', 'toy-q4f16', [], 'probe-model-mismatch', /measured on the probe's own weights/],
    ['no layer, for it takes all', 'toy-q4', ['--layer', '2'], 'usage', /--layer is no option of --ablation/],
    ['no strength of steering', 'toy-q4', ['--kl', '1'], 'usage', /--kl is no option of --ablation/],
    ['nothing to write', 'toy-q4', ['--prompt', 'He fed'], 'usage', /--prompt is no option of --ablation/],
  ])('asks for %s', async (_, model, more, code, says) => {
    await expect(on(model, 'probe', 'never', ...more)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(says) as string,
    });
    expect(existsSync(at('never', 'ablation.json'))).toBe(false);
  });

  it('refuses the texts that the probe was trained on', async () => {
    expect(TOPICS).toBeGreaterThan(1);
    await expect(on('toy-q4', 'probe', 'never', '--choices', at('dozen.set.json'))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/was trained on dozen/) as string,
    });
  });
});
