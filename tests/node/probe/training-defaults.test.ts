/** What a training reads and how it fits when nothing is chosen: the same on the page, by the command, and for the shipped probes. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { Options } from '../../../src/cli/command.ts';
import { planOf, readRecipes, readSetSource } from '../../../src/cli/recipes.ts';
import { PLAN_OPTIONS, planFrom } from '../../../src/cli/train-plan.ts';
import {
  CONTROL_SETS,
  OTHER_SETS,
  planTraining,
  TRAINING_DEFAULTS,
  ZERO_SETS,
} from '../../../src/probe/training-defaults.ts';
import type { SetSource, TrainingPlan } from '../../../src/probe/training-plan.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const setPath = (name: string, folder = name): string => at(`probes/sets/${folder}/${name}.set.json`);
const planned = (...args: string[]): Promise<TrainingPlan> =>
  planFrom(new Options('train', args, PLAN_OPTIONS), '/somewhere/my-probe');
const names = (sets: readonly SetSource[]): string[] => sets.map((set) => set.name);

describe.each(await readRecipes(at('probes/recipes.json')))('the shipped probe $id', (recipe) => {
  // But for labelled stories, which only one axis has.
  it('is made as anybody makes one who names its sets alone', async () => {
    const told = (plan: TrainingPlan): number => plan.trace?.told.length ?? 0;
    const whole = await planOf(recipe);
    expect(told(whole)).toBe(recipe.id === 'kind-cruel' ? 1 : 0);
    const {
      id: _id,
      title: _title,
      about: _about,
      defaultLayer: _layer,
      ...own
    } = { ...whole, trace: whole.trace && { ...whole.trace, told: [] } };
    const {
      id: _,
      title: __,
      about: ___,
      defaultLayer: ____,
      ...given
    } = await planned(...recipe.sets.flatMap((path) => ['--set', path]));
    expect(given).toEqual(own);
  });
});

test('every shipped control is read unless somebody says otherwise', () => {
  const shipped = readdirSync(at('probes/sets/controls'))
    .filter((name) => name.endsWith('.set.json'))
    .map((name) => basename(name, '.set.json'));
  expect([...CONTROL_SETS].sort()).toEqual(shipped.sort());
});

test('the defaults are a hardened fit with everything that can be read and 1,000 shuffles', async () => {
  expect(TRAINING_DEFAULTS).toEqual({
    kind: 'ridge',
    target: 'hardened',
    penalty: 1,
    readouts: 2,
    stories: null,
    shuffles: 1000,
    controls: true,
    others: true,
    seed: 1,
  });
  const plan = await planned('--set', setPath('terse-wordy'));
  expect(names(plan.zeros)).toEqual(ZERO_SETS);
  expect(names(plan.controls)).toEqual(CONTROL_SETS);
  expect(names(plan.others)).toEqual(OTHER_SETS.filter((name) => !['terse-wordy', 'cheerful-gloomy'].includes(name)));
  expect(plan).toMatchObject({
    id: 'my-probe',
    title: 'Terse–wordy',
    otherReadouts: true,
    readoutCount: 2,
    shuffles: 1000,
    method: { kind: 'ridge', target: 'hardened', penalty: 1 },
    stories: { name: 'neutral-stories' },
    storyCount: null,
  });
});

test.each(['cheerful', 'Gloomy'])(
  'a set of one’s own is never its own zero, nor another axis, whichever pole is called positive: %s',
  async (positive) => {
    const whole = await readSetSource(setPath('cheerful-gloomy'));
    const header = JSON.parse(whole.header) as Record<string, unknown>;
    const mine: SetSource = {
      ...whole,
      name: 'mine',
      header: JSON.stringify({
        ...header,
        name: 'mine',
        poles: { positive, negative: positive === 'cheerful' ? 'gloomy' : 'Cheerful', neutral: 'plain' },
      }),
    };
    const source = (name: string, folder = name): Promise<SetSource> => readSetSource(setPath(name, folder));
    const all = async (list: readonly string[]): Promise<SetSource[]> => Promise.all(list.map((name) => source(name)));
    const plan = planTraining(
      {
        sets: [mine],
        stories: await source('neutral-stories'),
        zeros: await all(ZERO_SETS),
        controls: [],
        others: await all(OTHER_SETS),
      },
      TRAINING_DEFAULTS,
    );
    expect(names(plan.zeros)).toEqual(['luck']);
    expect(names(plan.others)).not.toContain('cheerful-gloomy');
  },
);

describe('an option', () => {
  const set = ['--set', setPath('honest-deceptive')];

  it('leaves controls out, and the zeros with them where nothing is pulled to zero', async () => {
    const without = await planned(...set, '--no-controls');
    expect([names(without.zeros), without.controls, without.otherReadouts]).toEqual([ZERO_SETS, [], false]);
    expect(names(without.others)).not.toEqual([]);
    const zeroed = await planned(...set, '--no-controls', '--no-others', '--target', 'zeroed');
    expect([zeroed.zeros, zeroed.controls, zeroed.others]).toEqual([[], [], []]);
  });

  it('replaces what is read, how it is fitted and how it is called', async () => {
    const plan = await planned(
      ...set,
      '--zero',
      setPath('luck'),
      '--control',
      setPath('flips', 'controls'),
      '--other',
      setPath('formal-casual'),
      '--method',
      'lda',
      '--shuffles',
      '7',
      '--seed',
      '3',
      '--readouts',
      '1',
      '--layer',
      '9',
      '--story-count',
      '4',
      '--title',
      'T',
      '--about',
      'A.',
    );
    expect([names(plan.zeros), names(plan.controls), names(plan.others)]).toEqual([
      ['luck'],
      ['flips'],
      ['formal-casual'],
    ]);
    expect(plan).toMatchObject({
      method: { kind: 'lda', target: 'hardened', penalty: 0.85 },
      shuffles: 7,
      seed: 3,
      readoutCount: 1,
      defaultLayer: 9,
      storyCount: 4,
      title: 'T',
      about: 'A.',
    });
  });

  it('takes the number of control texts by its older name too', async () => {
    expect((await planned(...set, '--taps', '1')).readoutCount).toBe(1);
  });

  it.each<[string, string[], RegExp]>([
    [
      'a zero that is the axis itself',
      ['--zero', setPath('honest-deceptive')],
      /--zero .*honest-deceptive\.set\.json has the poles of honest-deceptive/,
    ],
    [
      'controls that are wanted and not',
      ['--no-controls', '--control', setPath('flips', 'controls')],
      /--control and --no-controls contradict/,
    ],
    ['a target that does not exist', ['--target', 'soft'], /--target must be one of poles, zeroed, hardened/],
    ['more control texts than the set has', ['--readouts', '5'], /--readouts must be a whole number from 1 to 4/],
    ['the same by the older name', ['--taps', '5'], /--taps must be a whole number from 1 to 4/],
    [
      'both names of one option',
      ['--taps', '1', '--readouts', '1'],
      /give --readouts or its older name --taps, not both/,
    ],
    [
      'a method without targets and a target',
      ['--method', 'difference-of-means', '--target', 'zeroed'],
      /difference-of-means .*--target/,
    ],
  ])('refuses %s', async (_, args, pattern) => {
    await expect(planned(...set, ...args)).rejects.toThrow(pattern);
  });
});
