/** The command that steers, on the embedded model: what it refuses, and a small dose–response from end to end. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readProbe } from '../../../src/cli/files.ts';
import { steer } from '../../../src/cli/commands/steer.ts';
import { DOSE_SEED } from '../../../src/steering/dose-defaults.ts';
import { byPole } from '../../../src/probe/heads.ts';
import type { Probe } from '../../../src/probe/probe-types.ts';
import { doseCard } from '../../../src/formats/probe/dose-card.ts';
import { doseFigure } from '../../../src/formats/figures/dose-figure.ts';
import { parseDose } from '../../../src/formats/probe/dose.ts';
import { PROBE_FILES, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { expectRefusal, flipside, flipsideIn, ROOT } from '../../fixtures/command.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const CHOICES = join(ROOT, 'probes/choices');
const MINUTE = 60_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-steer-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The first pairs of a set of choices that ships. */
function writeChoices(name: string, pairs: number, change: (lines: string[]) => string[] = (lines) => lines): string {
  writeFileSync(join(folder, `${name}.set.json`), readFileSync(join(CHOICES, 'kind-cruel.set.json')));
  writeFileSync(
    join(folder, `${name}.jsonl`),
    change(
      readFileSync(join(CHOICES, 'kind-cruel.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .slice(0, 2 * pairs),
    ).join('\n'),
  );
  return join(folder, `${name}.set.json`);
}

/** A probe of half the width, of another model therefore. */
async function writeNarrow(name: string): Promise<string> {
  const { probe } = await readProbe(PROBE);
  const half = (vectors: Float32Array): Float32Array => vectors.subarray(0, vectors.length / 2);
  const lexical = <T extends Probe['lexical']>(own: T): T => ({ ...own, weights: half(own.weights) });
  const { nullModel, poles } = probe;
  const files = serialiseProbe({
    ...probe,
    model: { ...probe.model, hidden: probe.model.hidden / 2 },
    directions: half(probe.directions),
    steering: half(probe.steering),
    placebos: probe.placebos && half(probe.placebos),
    trace: null,
    lexical: lexical(probe.lexical),
    nullModel: {
      ...nullModel,
      factor: half(nullModel.factor),
      featureScale: half(nullModel.featureScale),
      center: half(nullModel.center),
      drift: half(nullModel.drift),
    },
    poles:
      poles &&
      byPole((pole) => ({
        ...poles[pole],
        directions: half(poles[pole].directions),
        lexical: lexical(poles[pole].lexical),
      })),
  });
  await mkdir(join(folder, name));
  writeFileSync(join(folder, name, PROBE_FILES.json), files.json);
  writeFileSync(join(folder, name, PROBE_FILES.tensors), files.tensors);
  return join(folder, name);
}

const run = (...args: string[]) =>
  steer.run(
    ['--model', MODEL, '--probe', PROBE, '--out', join(folder, 'never'), ...args],
    new AbortController().signal,
  );
const refused = (code: string, message: RegExp) => ({ code, message: expect.stringMatching(message) as string });

describe('steering that cannot be measured is refused before any model is opened:', () => {
  test.each<[string[], RegExp]>([
    [[], /^steer: say what to do, one of three: --dose .*--ablation .*--prompt/],
    [['--dose', '--layer', '0'], /--layer must be a whole number from 1 to 30, got "0"/],
    [['--dose', '--layer', '31'], /--layer must be a whole number from 1 to 30, got "31"/],
    [['--dose', '--layer', 'last'], /--layer must be a whole number from 1 to 30, got "last"/],
    [
      ['--dose', '--layers', '16..20'],
      /--layers must be two layers from 1 to 30 with a hyphen between them, such as 16-20, got "16\.\.20"/,
    ],
    [['--dose', '--layer', '3', '--layers', '3-4'], /--layer and --layers contradict each other/],
    [['--dose', '--mode', 'ablate'], /--mode must be add or cap, got "ablate"/],
    [
      ['--dose', '--where', 'everywhere'],
      /--where must be generated, all or the position of a token from 0, got "everywhere"/,
    ],
    [['--dose', '--where', '-1'], /steer: .*--where/],
    [
      ['--dose', '--kl', 'strong'],
      /--kl must be numbers of nats from 0\.001 to 20 with commas between them, got "strong"/,
    ],
    [['--dose', '--kl', '1,,2'], /--kl must be numbers of nats/],
    [['--dose', '--kl', '0'], /--kl must be numbers of nats/],
    [
      ['--dose', '--kl', '0.5,1', '--placebo-kl', '2'],
      /--placebo-kl names 2, where the direction is not measured: it must be among --kl, 0\.5,1/,
    ],
    [['--dose', '--no-placebos', '--placebo-kl', '1'], /--placebo-kl and --no-placebos contradict each other/],
    [['--dose', '--no-control', '--control', 'x.set.json'], /--control and --no-control contradict each other/],
    [
      ['--dose', '--choices', join(CHOICES, 'luck.set.json')],
      /--choices .*luck\.set\.json are between good-luck and bad-luck, and the probe is of kind and cruel/,
    ],
    [['--dose', '--unrelated', PROBE], /--unrelated names a probe of the same axis, kind and cruel/],
    [['--dose', '--choices', '/nowhere/x.set.json'], /Cannot read \/nowhere\/x\.set\.json/],
    [
      ['--dose', '--choices', '/nowhere/x.csv'],
      /A set is named by its header file, which ends in \.set\.json; got \/nowhere\/x\.csv/,
    ],
    [['--dose', '--unrelated', '/nowhere'], /Cannot read \/nowhere\/probe\.json/],
    [['--dose', '--stories', '/nowhere/x.set.json'], /Cannot read \/nowhere/],
    [['--dose', '--seed', '-1'], /steer: .*--seed/],
    [['--dose', '--strength', '3'], /steer: .*--strength/],
  ])('%j', async (args, message) => {
    await expect(run(...args)).rejects.toMatchObject(refused('usage', message));
  });

  test.each([['31-40'], ['0-3'], ['20-16']])('layers %s', async (layers) => {
    await expect(run('--dose', '--layers', layers)).rejects.toMatchObject(
      refused('push-invalid', /cannot be steered: smollm2-135m-instruct-q4 has 1 to 30, the first not after the last/),
    );
  });

  test('choices of which one has no other', async () => {
    await expect(
      run(
        '--dose',
        '--choices',
        writeChoices('odd', 4, (lines) => lines.slice(0, -1)),
      ),
    ).rejects.toMatchObject({ code: 'set-topic-incomplete' });
    await expect(
      run(
        '--dose',
        '--choices',
        writeChoices('apart', 4, (lines) =>
          lines.map((line, index) => (index === 1 ? line.replace('The old man', 'An old man') : line)),
        ),
      ),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^set-/) as string });
  });
});

test(
  'probes of another width are refused by name, in one line',
  async () => {
    const narrow = await writeNarrow('narrow');
    expectRefusal(
      await flipside('steer', '--model', MODEL, '--probe', narrow, '--dose', '--out', join(folder, 'never')),
      /probe-width-mismatch: Probe "kind-cruel" expects 288 numbers a token in 30 layers/,
    );
    expectRefusal(
      await flipside(
        'steer',
        '--model',
        join(folder, 'no-model'),
        '--probe',
        PROBE,
        '--dose',
        '--out',
        join(folder, 'never'),
      ),
      /model-fetch-failed: There is no folder .*no-model/,
    );
  },
  2 * MINUTE,
);

test(
  'a dose–response is measured from any folder, and its file, both figures and its card say the same',
  async () => {
    const { status, stdout, stderr } = await flipsideIn(
      folder,
      'steer',
      '--model',
      MODEL,
      '--probe',
      PROBE,
      '--dose',
      '--kl',
      '1',
      '--no-placebos',
      '--no-control',
      '--choices',
      writeChoices('six', 6),
      '--out',
      'small',
    );
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('direction: ');
    expect(readdirSync(join(folder, 'small')).sort()).toEqual(['DOSE.md', 'dose-dark.svg', 'dose.json', 'dose.svg']);
    const file = (name: string): string => readFileSync(join(folder, 'small', name), 'utf8');
    const report = parseDose(file('dose.json'));
    expect(JSON.parse(stdout)).toEqual(JSON.parse(file('dose.json')));
    expect(report).toMatchObject({
      mode: 'add',
      from: 18,
      to: 18,
      where: 'generated',
      seed: DOSE_SEED,
      neutral: { texts: 12, tokens: 468 },
      choices: { name: 'kind-cruel-choices', pairs: 6 },
      control: null,
      placebos: [],
      ranks: [],
    });
    const [level] = report.direction.levels;
    expect(Math.abs((level?.kl ?? NaN) - 1)).toBeLessThanOrEqual(0.03);
    expect(level?.effect).toMatchObject({ n: 6, low: expect.any(Number) as number });
    // Half of what lies between the two interventions.
    expect(level?.effect.value).toBeCloseTo(((level?.towards.value ?? NaN) - (level?.away.value ?? NaN)) / 2, 4);
    expect(file('dose.svg')).toBe(doseFigure(report, 'light'));
    expect(file('dose-dark.svg')).toBe(doseFigure(report, 'dark'));
    expect(file('DOSE.md')).toBe(doseCard(report));
  },
  5 * MINUTE,
);
