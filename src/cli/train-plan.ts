/** The plan of a training from the options of the command line: the page's own defaults, and what was asked for instead. */
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../base/errors.ts';
import { DEFAULT_PENALTY } from '../probe/fit/fit.ts';
import type { FitMethod } from '../probe/probe-types.ts';
import { headerFacts } from '../probe/sets/set-header.ts';
import {
  CONTROL_SETS,
  OTHER_SETS,
  planTraining,
  sharesAxis,
  STORIES_SET,
  TRAINING_DEFAULTS,
  ZERO_SETS,
} from '../probe/training-defaults.ts';
import type { SetSource, TrainingPlan } from '../probe/training-plan.ts';
import type { Options } from './command.ts';
import { readSetSource } from './recipes.ts';

/** The sets that ship with the page. */
const SHIPPED = fileURLToPath(new URL('../../probes/sets', import.meta.url));
const KINDS: readonly FitMethod['kind'][] = ['ridge', 'logistic', 'lda', 'difference-of-means'];
const TARGETS: readonly FitMethod['target'][] = ['poles', 'zeroed', 'hardened'];

/** Options of the plan, for `Options`. */
export const PLAN_OPTIONS = {
  ...Object.fromEntries(
    ['set', 'zero', 'control', 'other'].map((name) => [name, { type: 'string', multiple: true } as const]),
  ),
  ...Object.fromEntries(
    [
      'stories',
      'story-count',
      'readouts',
      'taps',
      'method',
      'target',
      'penalty',
      'layer',
      'seed',
      'shuffles',
      'title',
      'about',
    ].map((name) => [name, { type: 'string' } as const]),
  ),
  'no-controls': { type: 'boolean' },
  'no-others': { type: 'boolean' },
} as const;

/** How they are written. */
export const PLAN_USAGE =
  '--set FILE.set.json [--set …] --out DIR/ID [--target hardened|zeroed|poles] [--no-controls] [--no-others] [--zero FILE.set.json …] [--control FILE.set.json …] [--other FILE.set.json …] [--stories FILE.set.json] [--story-count N] [--readouts N] [--method KIND] [--penalty X] [--layer N] [--seed N] [--shuffles N] [--title T] [--about T]';

/** Reads the plan's sets and puts it together; `out` is the folder of the probe, whose last name becomes its id. Throws `usage`. */
export async function planFrom(options: Options, out: string): Promise<TrainingPlan> {
  const sets = await Promise.all(options.texts('set').map(readSetSource));
  const [first] = sets;
  if (first === undefined) throw new AppError('usage', 'train: --set or --recipes is missing.');
  const kind = oneOf(options, 'method', KINDS) ?? TRAINING_DEFAULTS.kind;
  const target = oneOf(options, 'target', TARGETS) ?? TRAINING_DEFAULTS.target;
  if (kind === 'difference-of-means' && options.text('target') !== undefined && target !== 'poles')
    throw new AppError(
      'usage',
      `train: difference-of-means pulls nothing to zero: leave --target out, or choose another --method.`,
    );
  const asked = await zerosAsked(options, sets);
  const readoutCount = Math.max(1, headerFacts(first.header).taps.length);
  // `--taps` was the name until 0.2.0, and is still taken.
  const countedBy = options.text('taps') === undefined ? 'readouts' : 'taps';
  if (countedBy === 'taps' && options.text('readouts') !== undefined)
    options.refuse('give --readouts or its older name --taps, not both');
  const title = options.text('title');
  const about = options.text('about');
  return planTraining(
    {
      sets,
      stories: await readSetSource(options.text('stories') ?? shipped(STORIES_SET)),
      zeros: asked ?? (await read(ZERO_SETS.map((name) => shipped(name)))),
      controls: await read(given(options, 'control') ?? CONTROL_SETS.map((name) => shipped(name, 'controls'))),
      others: await read(given(options, 'other') ?? OTHER_SETS.map((name) => shipped(name))),
    },
    {
      kind,
      target,
      penalty: options.number('penalty', DEFAULT_PENALTY[kind], { min: 0, max: 1e6 }),
      readouts: options.number(countedBy, Math.min(TRAINING_DEFAULTS.readouts, readoutCount), {
        min: 1,
        max: readoutCount,
        whole: true,
      }),
      stories:
        options.text('story-count') === undefined
          ? TRAINING_DEFAULTS.stories
          : options.number('story-count', 2, { min: 2, max: 10_000, whole: true }),
      shuffles: options.number('shuffles', TRAINING_DEFAULTS.shuffles, { min: 1, max: 100_000, whole: true }),
      controls: !options.flag('no-controls'),
      others: !options.flag('no-others'),
      seed: options.number('seed', TRAINING_DEFAULTS.seed, { min: 0, max: 2 ** 32 - 1, whole: true }),
    },
    {
      id: basename(resolve(out)),
      ...(title === undefined ? {} : { title }),
      ...(about === undefined ? {} : { about }),
      ...(options.text('layer') === undefined
        ? {}
        : { defaultLayer: options.number('layer', 0, { min: 0, max: 511, whole: true }) }),
    },
  );
}

/** The zero sets that were named, none of which may be the axis itself; null where none was. */
async function zerosAsked(options: Options, sets: readonly SetSource[]): Promise<SetSource[] | null> {
  const paths = given(options, 'zero');
  if (paths === null) return null;
  const zeros = await read(paths);
  for (const [index, zero] of zeros.entries()) {
    const own = sets.find((set) => sharesAxis(set, zero));
    if (own !== undefined)
      throw new AppError(
        'usage',
        `train: --zero ${paths[index] ?? ''} has the poles of ${own.name}: a probe cannot tell them apart and read both as 0. Name another set.`,
      );
  }
  return zeros;
}

function given(options: Options, name: string): string[] | null {
  const paths = options.texts(name);
  if (paths.length === 0) return null;
  const switched = name === 'control' || name === 'other' ? `no-${name}s` : null;
  if (switched !== null && options.flag(switched))
    throw new AppError('usage', `train: --${name} and --${switched} contradict each other.`);
  return paths;
}

function oneOf<T extends string>(options: Options, name: string, known: readonly T[]): T | undefined {
  const asked = options.text(name);
  const found = known.find((value) => value === asked);
  if (asked !== undefined && found === undefined)
    throw new AppError('usage', `train: --${name} must be one of ${known.join(', ')}.`);
  return found;
}

function shipped(name: string, folder = name): string {
  return join(SHIPPED, folder, `${name}.set.json`);
}

function read(paths: readonly string[]): Promise<SetSource[]> {
  return Promise.all(paths.map(readSetSource));
}
