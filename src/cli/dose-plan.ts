/** What a dose–response is measured on, from the options of the command line: what ships, and what was named instead. */
import { basename, join } from 'node:path';
import { choicesName, comparedWith, DOSE_SEED } from '../steering/dose-defaults.ts';
import { MATCH_TARGETS } from '../steering/steering-defaults.ts';
import type { Axis, Probe } from '../probe/probe-types.ts';
import { headerFacts } from '../probe/sets/set-header.ts';
import { SCALED_MODES } from '../steering/modes.ts';
import { choicesOf } from '../formats/sets/choice-set.ts';
import type { AblationOptions } from '../steering/ablation.ts';
import type { DoseOptions } from '../steering/dose.ts';
import { placebosFor } from '../steering/placebos.ts';
import type { Options } from './command.ts';
import { listFolder, readProbe, readPromptSet, readText } from './files.ts';
import { klsFrom, steeringFrom } from './steering-options.ts';
import { neutralTexts, SHIPPED } from './shipped.ts';

const SET_ENDING = '.set.json';

/** Options of a dose–response beside those of the steering, for `Options`. */
export const DOSE_OPTIONS = {
  ...Object.fromEntries(
    ['kl', 'placebo-kl', 'choices', 'control', 'unrelated', 'stories', 'seed'].map((name) => [
      name,
      { type: 'string' } as const,
    ]),
  ),
  'no-control': { type: 'boolean' },
  'no-placebos': { type: 'boolean' },
} as const;

/** How they are written. */
export const DOSE_USAGE =
  '[--kl X,Y,…] [--placebo-kl X,…] [--choices FILE.set.json] [--control FILE.set.json | --no-control] [--unrelated DIR | --no-placebos] [--stories FILE.set.json] [--seed N]';

/** Everything that is measured on, read and checked before any model is opened. */
export interface DosePlan {
  /** The probe whose direction steers. */
  readonly probe: Probe;
  /** The one of another axis that it is compared with; null where there is none. */
  readonly unrelated: Probe | null;
  /** Neutral texts. */
  readonly neutral: readonly string[];
  readonly measure: Omit<DoseOptions, 'onProgress' | 'signal'>;
}

/** Reads what is needed for the probe in `dir`. Throws `usage`, `push-invalid` and what reading a probe and a set throws. */
export async function dosePlanFrom(options: Options, dir: string): Promise<DosePlan> {
  const { probe, sha256 } = await readProbe(dir);
  const settings = { ...steeringFrom(options, probe.model, SCALED_MODES), pole: 'positive' as const, strength: 0 };
  const seed = options.number('seed', DOSE_SEED, { min: 0, max: 2 ** 32 - 1, whole: true });
  const targets = klsFrom(options, 'kl', MATCH_TARGETS);
  const defaults = comparedWith(probe.axis);
  const choices = await readChoices(options, probe.axis);
  const control = await readControl(options, defaults.control);
  const bare = options.flag('no-placebos');
  for (const name of ['placebo-kl', 'unrelated'])
    if (bare && options.text(name) !== undefined) options.refuse(`--${name} and --no-placebos contradict each other`);
  const unrelated = bare
    ? null
    : (await readProbe(options.text('unrelated') ?? join(SHIPPED, defaults.unrelated))).probe;
  if (unrelated && sameAxis(unrelated.axis, probe.axis))
    options.refuse(`--unrelated names a probe of the same axis, ${axisName(probe.axis)}: name one of another`);
  return {
    probe,
    unrelated,
    neutral: await neutralTexts(options.text('stories')),
    measure: {
      probe: { id: probe.id, title: probe.title, sha256 },
      axis: probe.axis,
      direction: { title: probe.title, vectors: probe.steering },
      placebos: unrelated ? placebosFor(probe, { title: unrelated.title, vectors: unrelated.steering }, seed) : [],
      settings,
      targets,
      placeboTargets: bare ? [] : placeboTargets(options, targets),
      choices: choicesOf(choices),
      control: control && choicesOf(control),
      seed,
    },
  };
}

/** What taking a probe's directions out is measured on. Throws as {@link dosePlanFrom}. */
export async function ablationPlanFrom(
  options: Options,
  dir: string,
): Promise<{
  readonly neutral: readonly string[];
  readonly measure: Omit<AblationOptions, 'onProgress' | 'signal' | 'probe'> & { readonly probe: Probe };
}> {
  const { probe, sha256 } = await readProbe(dir);
  return {
    neutral: await neutralTexts(options.text('stories')),
    measure: {
      probe,
      sha256,
      choices: choicesOf(await readChoices(options, probe.axis)),
      seed: options.number('seed', DOSE_SEED, { min: 0, max: 2 ** 32 - 1, whole: true }),
    },
  };
}

/** The KLs of the placebos: some of the direction's, unless named otherwise the one nearest a nat. */
function placeboTargets(options: Options, targets: readonly number[]): readonly number[] {
  const far = (target: number): number => Math.abs(Math.log(target));
  const nearest = targets.filter((target) => far(target) === Math.min(...targets.map(far))).slice(0, 1);
  const asked = klsFrom(options, 'placebo-kl', nearest);
  const other = asked.find((target) => !targets.includes(target));
  return other === undefined
    ? asked
    : options.refuse(
        `--placebo-kl names ${other}, where the direction is not measured: it must be among --kl, ${targets.join(',')}`,
      );
}

/** The choices that were named, or those that ship for the axis. */
async function readChoices(options: Options, axis: Axis): ReturnType<typeof readPromptSet> {
  const named = options.text('choices');
  const set = await readPromptSet(named ?? (await shippedChoices(options, axis)), { requireNeutral: false });
  if (!sameAxis(set.axis, axis))
    options.refuse(
      `--choices ${named ?? ''} are between ${axisName(set.axis)}, and the probe is of ${axisName(axis)}: name choices of that axis, or give these as --control`,
    );
  return set;
}

async function shippedChoices(options: Options, axis: Axis): Promise<string> {
  const folder = join(SHIPPED, 'choices');
  const first = choicesName(axis) + SET_ENDING;
  const names = (await listFolder(folder))
    .filter((file) => file.endsWith(SET_ENDING))
    .sort((a, b) => Number(b === first) - Number(a === first) || (a < b ? -1 : 1));
  for (const name of names) {
    const own = headerFacts(await readText(join(folder, name))).axis;
    if (own && sameAxis(own, axis)) return join(folder, name);
  }
  return options.refuse(
    `no choices between ${axisName(axis)} come with ${basename(folder)}: name a set of them with --choices`,
  );
}

async function readControl(
  options: Options,
  shipped: string | null,
): Promise<Awaited<ReturnType<typeof readPromptSet>> | null> {
  const named = options.text('control');
  if (options.flag('no-control'))
    return named === undefined ? null : options.refuse('--control and --no-control contradict each other');
  const path = named ?? (shipped && join(SHIPPED, 'choices', shipped + SET_ENDING));
  return path === null ? null : readPromptSet(path, { requireNeutral: false });
}

const axisName = ({ positive, negative }: Axis): string => `${positive} and ${negative}`;

const sameAxis = (a: Axis, b: Axis): boolean => a.positive === b.positive && a.negative === b.negative;
