/** `train`: probes from prompt sets, with their judgement. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../../base/errors.ts';
import type { JudgedProbe, TrainingPlan } from '../../probe/training-plan.ts';
import { probeCard } from '../../formats/probe/probe-card.ts';
import { PROBE_FILES } from '../../formats/probe/probe.ts';
import { assertReportFits, parseReport } from '../../formats/probe/report.ts';
import { reportTables, tableCsv } from '../../formats/probe/report-tables.ts';
import { openNodeReader } from '../../engine/node/node-engine.ts';
import type { LongCall } from '../../training/collect.ts';
import type { SegmentReader } from '../../training/reader.ts';
import { rememberReadings } from '../../training/remembered.ts';
import { type Hash, readPlan, runReadout, runTraining } from '../../training/run-plan.ts';
import { Options, type Command } from '../command.ts';
import { openReader } from '../open-model.ts';
import { prepareBundle, writeBundle } from '../bundle-folder.ts';
import { readProbe, readText } from '../files.ts';
import { availableBytes, MEMORY, MEMORY_USAGE } from '../memory-option.ts';
import { showProgress } from '../progress.ts';
import { readingFolder, whileThereIsRoom } from '../reading-folder.ts';
import { planOf, readRecipes, type Recipe } from '../recipes.ts';
import { PLAN_OPTIONS, PLAN_USAGE, planFrom } from '../train-plan.ts';

/** What a training holds beside the model at most: readings and the words of its stories (training/reading-memory.ts). */
const TRAINING_BYTES = 500e6;

const hash: Hash = (content) => createHash('sha256').update(content).digest('hex');

/**
 * Trains probes; each gets a folder with probe.json, directions.safetensors, report.json and CARD.md. `open` brings the
 * model of a folder in.
 */
export const trainWith = (open: typeof openNodeReader): Command => ({
  name: 'train',
  usage: `train --model DIR (--recipes FILE [--only ID …] --out DIR | ${PLAN_USAGE}) [--readout-only] [--csv] [--force] [--readings DIR] ${MEMORY_USAGE}`,
  summary:
    'Fits a direction at every layer and judges it, held out by topic, against nulls, baselines, controls and other axes: what the page does unless options say otherwise. --readout-only makes the readout for text of probes that lie in --out already, by the same plan, and leaves their other numbers alone. --csv also writes every table; --force replaces a probe that is there; what the model has read lies in OUT.readings until the training is done, so that one that was stopped goes on; --readings keeps it in a folder of yours, so that training again takes seconds.',
  async run(args, signal) {
    const texts = { type: 'string', multiple: true } as const;
    const text = { type: 'string' } as const;
    const options = new Options('train', args, {
      ...PLAN_OPTIONS,
      model: text,
      out: text,
      recipes: text,
      only: texts,
      readings: text,
      csv: { type: 'boolean' },
      force: { type: 'boolean' },
      'readout-only': { type: 'boolean' },
      ...MEMORY,
    });
    const readoutOnly = options.flag('readout-only');
    const out = options.needed('out');
    // A model or bits that cannot be are refused before a plan is read.
    options.model();
    options.bits();
    const recipes = options.text('recipes');
    const plans =
      recipes === undefined
        ? [await planFrom(options, out)]
        : await Promise.all((await chosen(options, recipes)).map(planOf));
    const jobs = plans.map((plan) => ({ plan, folder: recipes === undefined ? out : join(out, plan.id) }));
    // Whatever is wrong is said before the model is opened, and long before hours of work would be lost.
    for (const { plan } of jobs) readPlan(plan, hash);
    for (const { folder } of jobs) await prepareBundle(folder, readoutOnly || options.flag('force'));
    const opened = await openReader(open, options, { available: availableBytes(options), besides: TRAINING_BYTES });
    const named = options.text('readings');
    // Kept until the training is done: one that is stopped, or fails, goes on from there.
    const keep = named ?? `${resolve(out)}.readings`;
    const reader: SegmentReader = rememberReadings(
      opened,
      named === undefined ? whileThereIsRoom(readingFolder(keep), notKept) : readingFolder(keep),
    );
    try {
      const results = [];
      for (const { plan, folder } of jobs) {
        const trained = await trainInto(folder, reader, plan, {
          csv: options.flag('csv'),
          readoutOnly,
          signal,
          onProgress: ({ stage, done, total }) =>
            showProgress(jobs.length > 1 ? `${plan.id}: ${stage}` : stage, done, total),
        });
        results.push(summaryOf(trained, folder));
      }
      if (named === undefined) await rm(keep, { recursive: true, force: true });
      return { result: results.length === 1 ? results[0] : results, ok: true };
    } catch (thrown) {
      throw withWhatIsKept(thrown, keep);
    } finally {
      await opened.dispose();
    }
  },
});

/** The same on onnxruntime-node. */
export const train = trainWith(openNodeReader);

/** Trains one probe and writes its files into `folder`; with `csv` every table of its report as well, into `folder/csv`. */
async function trainInto(
  folder: string,
  reader: SegmentReader,
  plan: TrainingPlan,
  call: LongCall & { readonly csv?: boolean; readonly readoutOnly?: boolean },
): Promise<JudgedProbe> {
  const trained =
    call.readoutOnly === true
      ? await runReadout(reader, plan, await judgedIn(folder), { ...call, hash })
      : await runTraining(reader, plan, { ...call, hash });
  // From the file and not from memory: the same digits as the page's tables, which come from the file too.
  const tables =
    call.csv === true
      ? reportTables(parseReport(trained.reportJson)).map(
          (table) => [join('csv', `${table.name}.csv`), tableCsv(table)] as const,
        )
      : [];
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    [PROBE_FILES.json, trained.json],
    [PROBE_FILES.tensors, new Uint8Array(trained.tensors)],
    [PROBE_FILES.report, trained.reportJson],
    ['CARD.md', probeCard(trained.probe, trained.report)],
    ...tables,
  ];
  await writeBundle(folder, new Map(files));
  return trained;
}

function notKept(why: unknown): void {
  process.stderr.write(
    `What the model reads is no longer kept, so a stop loses it: ${why instanceof Error ? why.message : String(why)}\n`,
  );
}

/** A stop, or whatever else ended a training, with where its readings lie. */
function withWhatIsKept(thrown: unknown, keep: string): AppError {
  const error = AppError.from(thrown);
  if (!existsSync(keep)) return error;
  return new AppError(
    error.code,
    `${error.message} What was read so far is kept in ${keep}: the same command goes on from there.`,
    error.details,
    thrown,
  );
}

/** A probe with its report from a folder. Throws where either is missing or they do not belong together. */
async function judgedIn(folder: string): Promise<JudgedProbe> {
  const { probe, sha256 } = await readProbe(folder);
  const report = parseReport(await readText(join(folder, PROBE_FILES.report)));
  assertReportFits(report, probe, sha256);
  return { probe, report };
}

/** What is printed: the headline; everything else is in the files. */
function summaryOf({ probe, report }: JudgedProbe, out: string): object {
  const { auroc, aurocLow, aurocHigh, pairs, nullAuroc95, drift } = probe.evidence;
  const at = probe.defaultLayer;
  const [curve] = report.curves;
  return {
    out,
    layer: at,
    topics: report.topics,
    readings: report.readings,
    auroc: auroc[at],
    aurocInterval: [aurocLow[at], aurocHigh[at]],
    pairs: pairs[at],
    nested: curve?.nested,
    nullAuroc95,
    p: curve?.p,
    largestDrift: Math.max(...drift.map(({ mean }) => Math.abs(mean))),
    controls: report.controls.map(({ name, effects }) => ({
      name,
      effects: effects.map(({ label, unit, estimate }) => ({ label, unit, ...estimate })),
    })),
    caveats: report.caveats,
  };
}

async function chosen(options: Options, path: string): Promise<Recipe[]> {
  const recipes = await readRecipes(path);
  const only = options.texts('only');
  const unknown = only.find((id) => !recipes.some((recipe) => recipe.id === id));
  if (unknown !== undefined)
    throw new AppError(
      'usage',
      `train: ${path} has no probe "${unknown}". It has ${recipes.map(({ id }) => id).join(', ')}.`,
    );
  return only.length === 0 ? recipes : recipes.filter(({ id }) => only.includes(id));
}
