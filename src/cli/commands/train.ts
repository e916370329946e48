/** `train`: a probe from prompt sets. */
import { fileURLToPath } from 'node:url';
import { basename, join, resolve } from 'node:path';
import type { FitMethod } from '../../core/fit.ts';
import { probeCard } from '../../format/probe-card.ts';
import { checkProbeNames, serialiseProbe } from '../../format/probe.ts';
import { AppError } from '../../core/errors.ts';
import { openNodeReader } from '../../runtime/node/node-engine.ts';
import { trainProbe } from '../../training/train.ts';
import { Options, type Command } from '../command.ts';
import { prepareFolder, readPromptSet, readStorySet, writeOutput } from '../files.ts';
import { showProgress } from '../progress.ts';

/** The stories that pin zero unless others are named. */
const DEFAULT_STORIES = fileURLToPath(new URL('../../../probes/sets/neutral-stories/neutral-stories.set.json', import.meta.url));
const METHODS: readonly FitMethod['kind'][] = ['zeroed-ridge', 'ridge', 'difference-of-means'];

/** Trains a probe and writes probe.json, directions.safetensors and CARD.md. */
export const train: Command = {
  name: 'train',
  usage: 'train --model DIR --set FILE.set.json [--set …] --out DIR [--stories FILE.set.json] [--taps N] [--method KIND] [--lambda X] [--layer N] [--seed N] [--shuffles N] [--title T] [--about T]',
  summary: 'Fits a direction at every layer, held out by topic, with its null; writes probe.json, directions.safetensors, CARD.md.',
  async run(args, signal) {
    const options = new Options('train', args, {
      model: { type: 'string' },
      set: { type: 'string', multiple: true },
      out: { type: 'string' },
      stories: { type: 'string' },
      taps: { type: 'string' },
      method: { type: 'string' },
      lambda: { type: 'string' },
      layer: { type: 'string' },
      seed: { type: 'string' },
      shuffles: { type: 'string' },
      title: { type: 'string' },
      about: { type: 'string' },
    });
    const out = options.needed('out');
    const model = options.needed('model');
    const paths = options.texts('set');
    if (paths.length === 0) throw new AppError('usage', 'train: --set is missing.');
    const kind = METHODS.find((method) => method === (options.text('method') ?? METHODS[0]));
    if (!kind) throw new AppError('usage', `train: --method must be one of ${METHODS.join(', ')}.`);
    const sets = await Promise.all(paths.map((path) => readPromptSet(path, { requireNeutral: true })));
    const stories = await readStorySet(options.text('stories') ?? DEFAULT_STORIES);
    const [first] = sets;
    if (!first) throw new AppError('usage', 'train: --set is missing.');
    const taps = first.taps.slice(0, options.number('taps', 2, { min: 1, max: first.taps.length, whole: true }));
    const id = basename(resolve(out));
    const title = options.text('title') ?? `${first.axis.positive}–${first.axis.negative}`;
    const about = options.text('about') ?? sets.map((set) => set.about).join(' ');
    checkProbeNames({ id, title, about });
    const layer = options.text('layer');
    await prepareFolder(out);
    const reader = await openNodeReader(model);
    try {
      const { probe, report } = await trainProbe(reader, {
        id,
        title,
        about,
        sets,
        stories,
        taps,
        method: { kind, lambda: options.number('lambda', 1, { min: 1e-6, max: 1e6 }) },
        ...(layer === undefined ? {} : { defaultLayer: options.number('layer', 0, { min: 0, max: reader.model.layerCount, whole: true }) }),
        seed: options.number('seed', 1, { min: 0, max: 2 ** 32 - 1, whole: true }),
        shuffles: options.number('shuffles', 1000, { min: 1, max: 100_000, whole: true }),
        onProgress: ({ stage, done, total }) => showProgress(stage, done, total),
        signal,
      });
      const files = serialiseProbe(probe);
      await writeOutput(join(out, 'probe.json'), files.json);
      await writeOutput(join(out, 'directions.safetensors'), files.tensors);
      await writeOutput(join(out, 'CARD.md'), probeCard(probe));
      const { auroc, aurocLow, aurocHigh, pairs, nullAuroc95, drift } = probe.evidence;
      const at = probe.defaultLayer;
      return { result: { out, layer: at, auroc: auroc[at], aurocInterval: [aurocLow[at], aurocHigh[at]], pairs: pairs[at], nullAuroc95, drift, ...report }, ok: true };
    } finally {
      await reader.dispose();
    }
  },
};
