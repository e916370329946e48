/** `train`: probes from prompt sets, with their judgement. */
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../core/errors.ts';
import { DEFAULT_PENALTY } from '../../core/fit.ts';
import type { FitMethod } from '../../core/probe-types.ts';
import type { JudgedProbe } from '../../core/training-plan.ts';
import { probeCard } from '../../format/probe-card.ts';
import { checkProbeNames, PROBE_FILES } from '../../format/probe.ts';
import { openNodeReader } from '../../runtime/node/node-engine.ts';
import type { SegmentReader } from '../../training/reader.ts';
import { rememberReadings } from '../../training/remembered.ts';
import { type Hash, runTraining } from '../../training/run-plan.ts';
import { Options, type Command } from '../command.ts';
import { prepareFolder, readPromptSet, readStorySet, writeOutput } from '../files.ts';
import { showProgress } from '../progress.ts';
import { readingFolder } from '../reading-folder.ts';
import { planOf, readRecipes, type Recipe } from '../recipes.ts';

/** The stories that pin zero unless others are named. */
const DEFAULT_STORIES = fileURLToPath(new URL('../../../probes/sets/neutral-stories/neutral-stories.set.json', import.meta.url));
const KINDS: readonly FitMethod['kind'][] = ['ridge', 'logistic', 'lda', 'difference-of-means'];
const TARGETS: readonly FitMethod['target'][] = ['poles', 'zeroed', 'hardened'];

const hash: Hash = (content) => createHash('sha256').update(content).digest('hex');

/** Trains probes; each gets a folder with probe.json, directions.safetensors, report.json and CARD.md. */
export const train: Command = {
  name: 'train',
  usage:
    'train --model DIR (--recipes FILE [--only ID …] --out DIR | --set FILE.set.json [--set …] --out DIR/ID [--zero FILE.set.json …] [--control FILE.set.json …] [--other FILE.set.json …] [--stories FILE.set.json] [--story-count N] [--taps N] [--method KIND] [--target poles|zeroed|hardened] [--penalty X] [--layer N] [--seed N] [--shuffles N] [--title T] [--about T]) [--readings DIR]',
  summary: 'Fits a direction at every layer and judges it, held out by topic, against nulls, baselines and controls. --readings keeps what the model read, so that training again takes seconds.',
  async run(args, signal) {
    const texts = { type: 'string', multiple: true } as const;
    const text = { type: 'string' } as const;
    const options = new Options('train', args, {
      model: text, out: text, recipes: text, only: texts, readings: text, set: texts, zero: texts, control: texts, other: texts, stories: text, 'story-count': text,
      taps: text, method: text, target: text, penalty: text, layer: text, seed: text, shuffles: text, title: text, about: text,
    });
    const out = options.needed('out');
    const model = options.needed('model');
    const recipes = options.text('recipes') === undefined ? [await recipeFrom(options, out)] : await chosen(options, options.needed('recipes'));
    const jobs = recipes.map((recipe) => ({ recipe, folder: options.text('recipes') === undefined ? out : join(out, recipe.id) }));
    for (const { recipe } of jobs) await checkSets(recipe);
    for (const { folder } of jobs) await prepareFolder(folder);
    const opened = await openNodeReader(model);
    const keep = options.text('readings');
    const reader: SegmentReader = keep === undefined ? opened : rememberReadings(opened, readingFolder(keep));
    try {
      const results = [];
      for (const { recipe, folder } of jobs) {
        const trained = await runTraining(reader, await planOf(recipe), { hash, signal, onProgress: ({ stage, done, total }) => showProgress(jobs.length > 1 ? `${recipe.id}: ${stage}` : stage, done, total) });
        await writeOutput(join(folder, PROBE_FILES.json), trained.json);
        await writeOutput(join(folder, PROBE_FILES.tensors), new Uint8Array(trained.tensors));
        await writeOutput(join(folder, PROBE_FILES.report), trained.reportJson);
        await writeOutput(join(folder, 'CARD.md'), probeCard(trained.probe, trained.report));
        results.push(summaryOf(trained, folder));
      }
      return { result: results.length === 1 ? results[0] : results, ok: true };
    } finally {
      await opened.dispose();
    }
  },
};

/** What is printed: the headline; everything else is in the files. */
function summaryOf({ probe, report }: JudgedProbe, out: string): object {
  const { auroc, aurocLow, aurocHigh, pairs, nullAuroc95, drift } = probe.evidence;
  const at = probe.defaultLayer;
  const [curve] = report.curves;
  return {
    out, layer: at, topics: report.topics, readings: report.readings,
    auroc: auroc[at], aurocInterval: [aurocLow[at], aurocHigh[at]], pairs: pairs[at],
    nested: curve?.nested, nullAuroc95, p: curve?.p,
    largestDrift: Math.max(...drift.map(({ mean }) => Math.abs(mean))),
    controls: report.controls.map(({ name, effects }) => ({ name, effects: effects.map(({ label, unit, estimate }) => ({ label, unit, ...estimate })) })),
    caveats: report.caveats,
  };
}

async function chosen(options: Options, path: string): Promise<Recipe[]> {
  const recipes = await readRecipes(path);
  const only = options.texts('only');
  const unknown = only.find((id) => !recipes.some((recipe) => recipe.id === id));
  if (unknown !== undefined) throw new AppError('usage', `train: ${path} has no probe "${unknown}". It has ${recipes.map(({ id }) => id).join(', ')}.`);
  return only.length === 0 ? recipes : recipes.filter(({ id }) => only.includes(id));
}

async function recipeFrom(options: Options, out: string): Promise<Recipe> {
  const sets = options.texts('set');
  const [first] = sets;
  if (first === undefined) throw new AppError('usage', 'train: --set or --recipes is missing.');
  const oneOf = <T extends string>(name: string, known: readonly [T, ...T[]] | readonly T[], fallback: T): T => {
    const found = known.find((value) => value === (options.text(name) ?? fallback));
    if (found === undefined) throw new AppError('usage', `train: --${name} must be one of ${known.join(', ')}.`);
    return found;
  };
  const zeros = options.texts('zero');
  const kind = oneOf('method', KINDS, 'ridge');
  const target = oneOf('target', TARGETS, zeros.length > 0 ? 'hardened' : 'zeroed');
  if (target === 'hardened' && zeros.length === 0) throw new AppError('usage', 'train: --target hardened needs at least one --zero set to read as 0, e.g. probes/sets/luck/luck.set.json.');
  const read = await Promise.all(sets.map((path) => readPromptSet(path, { requireNeutral: true })));
  const axis = read[0]?.axis;
  const recipe: Recipe = {
    id: basename(resolve(out)),
    title: options.text('title') ?? `${axis?.positive ?? ''}–${axis?.negative ?? ''}`,
    about: options.text('about') ?? read.map((set) => set.about).join(' '),
    sets, zeros, controls: options.texts('control'), others: options.texts('other'),
    stories: options.text('stories') ?? DEFAULT_STORIES,
    storyCount: options.text('story-count') === undefined ? null : options.number('story-count', 2, { min: 2, max: 10_000, whole: true }),
    otherTaps: true,
    tapCount: options.number('taps', Math.min(2, read[0]?.taps.length ?? 1), { min: 1, max: read[0]?.taps.length ?? 1, whole: true }),
    method: { kind, target, penalty: options.number('penalty', DEFAULT_PENALTY[kind], { min: 0, max: 1e6 }) },
    defaultLayer: options.text('layer') === undefined ? null : options.number('layer', 0, { min: 0, max: 511, whole: true }),
    seed: options.number('seed', 1, { min: 0, max: 2 ** 32 - 1, whole: true }),
    shuffles: options.number('shuffles', 1000, { min: 1, max: 100_000, whole: true }),
  };
  checkProbeNames(recipe);
  return recipe;
}

/** Refuses what is wrong with the sets before the model is opened. */
async function checkSets(recipe: Recipe): Promise<void> {
  for (const path of recipe.sets) await readPromptSet(path, { requireNeutral: true });
  for (const path of [...recipe.zeros, ...recipe.others]) await readPromptSet(path, { requireNeutral: false });
  await readStorySet(recipe.stories);
}
