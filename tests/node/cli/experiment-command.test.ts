/**
 * The commands `experiment` and `merge` with the shipped spec of A cut down for the toy: in shards on it, and one unit
 * on the embedded model.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal, flipside, ROOT } from '../../fixtures/command.ts';
import { MODEL } from '../../fixtures/embedded-model.ts';
import { smallAuthors } from '../../fixtures/experiments/small-authors.ts';
import { writeToyFolder } from '../../fixtures/toy/toy-folder.ts';
import { toyDecoderFiles } from '../../fixtures/toy/toy-graph.ts';

const MINUTE = 60_000;
const FILES = ['CARD.md', 'figure.svg', 'figure-dark.svg', 'report.json', 'units.jsonl', 'spec.json'];

interface Axis {
  readonly id: string;
  readonly moral: boolean;
  readonly opposable: boolean;
}

let folder: string;
let authors: string;
let toy: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-experiment-'));
  authors = join(folder, 'authors.json');
  writeFileSync(authors, smallAuthors(shipped('A/earlier')));
  toy = writeToyFolder(join(folder, 'toy'), toyDecoderFiles(), 'model_q4.onnx');
});
afterAll(() => rmSync(folder, { recursive: true }));

const shipped = (letter: string): string => readFileSync(join(ROOT, `experiments/${letter}/spec.json`), 'utf8');

/** The spec of the earlier D with two axes a cell, changed. */
function smallSpec(change: (spec: Record<string, unknown>) => void): string {
  const whole = JSON.parse(shipped('D/earlier')) as Record<string, unknown> & {
    axes: Axis[];
    related: string[][];
    thresholds: Record<string, number>;
  };
  const axes = [true, false].flatMap((moral) =>
    [true, false].flatMap((opposable) =>
      whole.axes.filter((axis) => axis.moral === moral && axis.opposable === opposable).slice(0, 2),
    ),
  );
  const kept = new Set(axes.map(({ id }) => id));
  const small = {
    ...whole,
    id: 'small',
    draws: 200,
    permutations: 200,
    thresholds: { ...whole.thresholds, axesPerCell: 2, axesPerCellQuick: 1 },
    related: whole.related.map((group) => group.filter((id) => kept.has(id))).filter((group) => group.length > 1),
    axes,
  };
  change(small);
  return JSON.stringify(small);
}

const at = (name: string): string => join(folder, name);
const run = (out: string, ...more: string[]) =>
  flipside('experiment', authors, '--model', toy, '--out', at(out), '--quick', ...more);
const contents = (out: string): Record<string, string> =>
  Object.fromEntries(FILES.map((name) => [name, readFileSync(join(at(out), name), 'utf8')]));

describe('an experiment of one’s own', () => {
  it(
    'in shards that are joined gives the files of one run, bit by bit, and what has run is not run again',
    async () => {
      const whole = await run('whole');
      expect(whole.stderr).toMatch(/small: 6 units, about \d+ (s|min) on this machine/);
      const printed = JSON.parse(whole.stdout) as {
        verdict: string;
        because: string;
        secondsEstimated: number;
        seconds: number;
      };
      // A random model says nothing.
      expect(printed.verdict).toBe('INCONCLUSIVE');

      await run('prepared', '--prepare');
      expect(readdirSync(join(at('prepared'), 'units'))).toEqual([]);
      for (const index of [1, 2])
        await run(`shard-${index}`, '--shard', `${index}/2`, '--prepared', join(at('prepared'), 'prepared.json'));
      expect([1, 2].map((index) => readdirSync(join(at(`shard-${index}`), 'units')).length)).toEqual([3, 3]);

      expectRefusal(
        await flipside('merge', '--out', at('half'), at('shard-1')),
        /units-missing: 3 of 6 units are missing: .* Run the shards that hold them/,
      );
      const merged = await flipside('merge', '--out', at('merged'), at('shard-2'), at('shard-1'));
      expect((JSON.parse(merged.stdout) as { because: string }).because).toBe(printed.because);
      expect(contents('merged')).toEqual(contents('whole'));

      // One unit is lost: only that one is run again.
      const lost = readdirSync(join(at('whole'), 'units'))[1] ?? '';
      const before = contents('whole');
      rmSync(join(at('whole'), 'units', lost));
      expect((await run('whole')).status).toBe(0);
      expect(contents('whole')).toEqual(before);
    },
    10 * MINUTE,
  );

  it(
    'refuses units of another spec, and of another preparation',
    async () => {
      const other = at('other.json');
      writeFileSync(other, smallAuthors(shipped('A/earlier'), 'Another one'));
      expectRefusal(
        await flipside('experiment', other, '--model', toy, '--out', at('prepared'), '--quick'),
        /unit-invalid: .*prepared\.json\.specSha256 is [0-9a-f]{64}, and the others have .* The spec was changed/,
      );
      mkdirSync(at('mixed'));
      const path = join(at('shard-1'), 'prepared.json');
      const mixed = readFileSync(path, 'utf8').replace(
        /"preparedSha256":"[0-9a-f]{64}"/,
        `"preparedSha256":"${'0'.repeat(64)}"`,
      );
      writeFileSync(path, mixed);
      expectRefusal(
        await flipside('merge', '--out', at('half'), at('shard-1'), at('shard-2')),
        /unit-invalid: .*units\/.*\.json was measured with another preparation\. Prepare once/,
      );
    },
    2 * MINUTE,
  );
});

it(
  'a unit is measured on the embedded model, and says which model it was',
  async () => {
    const ran = await flipside(
      'experiment',
      authors,
      '--model',
      MODEL,
      '--out',
      at('real'),
      '--quick',
      '--shard',
      '1/6',
    );
    expect(ran.status, ran.stderr).toBe(0);
    const units = readdirSync(join(at('real'), 'units'));
    expect(units).toHaveLength(1);
    const prepared = JSON.parse(readFileSync(join(at('real'), 'prepared.json'), 'utf8')) as { model: { id: string } };
    expect(prepared.model.id).toBe('smollm2-135m-instruct-q4');
  },
  5 * MINUTE,
);

describe('what cannot be run is refused before a model is opened', () => {
  it.each([
    ['no experiment', [], /name one experiment: A, A2, B, C, D, E or the file of a spec, got none/],
    ['two of them', ['A', 'B'], /name one experiment.*got A B/],
    ['a letter without a spec', ['F'], /Cannot read .*experiments\/F\/spec\.json/],
    [
      'a shard that there is not',
      ['A', '--shard', '3/2'],
      /--shard must be I\/N with I from 1 to N, such as 2\/8, got "3\/2"/,
    ],
  ])(
    '%s',
    async (_, args, pattern) => {
      expectRefusal(await flipside('experiment', ...args, '--model', 'nowhere', '--out', at('x')), pattern);
    },
    3 * MINUTE,
  );

  it(
    'a spec with a factor that there is not, by its path',
    async () => {
      const path = at('strange.json');
      writeFileSync(
        path,
        smallSpec((changed) => ((changed.axes as Record<string, unknown>[])[3]!.zodiac = 'leo')),
      );
      expectRefusal(
        await flipside('experiment', path, '--model', 'nowhere', '--out', at('x')),
        /spec-invalid: spec\.axes\[3\]\.zodiac is no factor of this design/,
      );
    },
    3 * MINUTE,
  );

  it(
    'a merge of nothing, and of a folder that holds no experiment',
    async () => {
      expectRefusal(await flipside('merge', '--out', at('x')), /name the folders of the shards/);
      expectRefusal(await flipside('merge', '--out', at('x'), at('nowhere')), /Cannot read .*nowhere\/prepared\.json/);
    },
    3 * MINUTE,
  );
});
