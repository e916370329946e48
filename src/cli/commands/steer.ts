/** `steer`: steers the model along a probe's steering direction, to measure what that does or to let it write. */
import { join, resolve } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { titleWith } from '../../probe/dtype-agreement.ts';
import { DOSE_FILES, doseCard } from '../../formats/probe/dose-card.ts';
import { doseFigure } from '../../formats/figures/dose-figure.ts';
import { parseDose, serialiseDose } from '../../formats/probe/dose.ts';
import { createSteeringRunner } from '../../engine/steering/engine-steering-runner.ts';
import { createSegmentReader } from '../../engine/passages/segment-reader.ts';
import { measureAblation } from '../../steering/ablation.ts';
import { ablationFigure } from '../../formats/figures/ablation-figure.ts';
import { measureDose } from '../../steering/dose.ts';
import { ABLATION_FILE, parseAblation, serialiseAblation } from '../../formats/probe/ablation.ts';
import { PROBE_FILES } from '../../formats/probe/probe.ts';
import { probeCard } from '../../formats/probe/probe-card.ts';
import { parseReport } from '../../formats/probe/report.ts';
import { experimentFigureSvg } from '../../formats/figures/experiment-figure.ts';
import { FITTED_ON, FITTED_ON_USAGE, steeringProbe } from '../carried-probe.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import { ablationPlanFrom, DOSE_OPTIONS, DOSE_USAGE, dosePlanFrom } from '../dose-plan.ts';
import { prepareFolder, readIfThere, writeOutput } from '../files.ts';
import { showProgress } from '../progress.ts';
import { STEERING_OPTIONS, STEERING_USAGE } from '../steering-options.ts';
import { asksToWrite, WRITING_OPTIONS, WRITING_USAGE, writeUnderSteering } from '../steered-writing.ts';

/** Measures what steering does, or writes under it. */
export const steer: Command = {
  name: 'steer',
  usage: `steer --model DIR --probe DIR (--dose --out DIR ${DOSE_USAGE} | --ablation --out DIR [--choices FILE.set.json] [--seed N] | ${WRITING_USAGE}) ${STEERING_USAGE} ${FITTED_ON_USAGE}`,
  summary:
    "Steers the model along a probe's steering direction. --dose measures how far it moves forced choices, at strengths that change the next word by a KL (95th percentile over neutral tokens, nats), beside placebos, an unrelated axis and a control, and writes dose.json, the figure and a card. --ablation takes the direction that reads, and the one that steers, out at every layer and measures what is lost of what a context tells, beside ten random directions of the same KL, and writes ablation.json and its figure, and into the probe's own folder its card as well. --prompt lets the model write while steered, by default towards both poles and unsteered, and gives each text as the unsteered model reads it. --also steers further directions at once, each with its own strength; --when steers only while a reading lies beyond a threshold, in standard deviations, and says which tokens; --placebos writes the same along directions that mean nothing. A probe of another variant of this model is measured first, as by read.",
  async run(args, signal) {
    const text = { type: 'string' } as const;
    const options = new Options('steer', args, {
      ...STEERING_OPTIONS,
      ...DOSE_OPTIONS,
      ...WRITING_OPTIONS,
      model: text,
      probe: text,
      out: text,
      dose: { type: 'boolean' },
      ablation: { type: 'boolean' },
      ...FITTED_ON,
    });
    const writes = asksToWrite(options);
    if (options.flag('ablation')) return { result: await ablate(options, signal), ok: true };
    if (options.flag('dose') === writes)
      options.refuse(
        'say what to do, one of three: --dose measures what steering does to choices, --ablation what is lost without the direction, --prompt (or --prompts) lets the model write while steered',
      );
    const others = Object.keys(writes ? { ...DOSE_OPTIONS, out: text } : WRITING_OPTIONS).filter(
      (name) => name !== 'seed',
    );
    const stray = firstGiven(options, others);
    if (stray !== undefined)
      options.refuse(
        `--${stray} is no option of ${writes ? 'steered writing: it goes with --dose' : '--dose: it goes with --prompt'}`,
      );
    return { result: await (writes ? writeUnderSteering : dose)(options, signal), ok: true };
  },
};

/** The first of these options that was given, of whatever type. */
function firstGiven(options: Options, names: readonly string[]): string | undefined {
  return names.find((name) => options.text(name) !== undefined || options.flag(name) || options.texts(name).length > 0);
}

/** Options of `--ablation`; what it takes out, and where, is fixed. */
const ABLATION_OPTIONS = ['ablation', 'model', 'dtype', 'bits', 'probe', 'out', 'choices', 'seed', 'stories'];

/** Measures what is lost without a probe's directions, writes the files and gives what `ablation.json` holds. */
async function ablate(options: Options, signal: AbortSignal): Promise<unknown> {
  const known = { ...STEERING_OPTIONS, ...DOSE_OPTIONS, ...WRITING_OPTIONS, ...FITTED_ON, dose: null };
  const stray = firstGiven(
    options,
    Object.keys(known).filter((name) => !ABLATION_OPTIONS.includes(name)),
  );
  if (stray !== undefined)
    options.refuse(`--${stray} is no option of --ablation, which takes the probe's directions out at every layer`);
  const out = options.needed('out');
  const dir = options.needed('probe');
  const plan = await ablationPlanFrom(options, dir);
  await prepareFolder(out);
  const engine = await openModel(options, { editing: true });
  try {
    const { probe } = plan.measure;
    if (probe.model.weightsSha256 !== engine.model.weightsSha256)
      throw new AppError(
        'probe-model-mismatch',
        `${probe.title} was made on ${probe.model.id}, and ${engine.model.id} has other weights. What is lost without a direction is measured on the probe's own weights: name their folder with --model.`,
      );
    const bench = createSteeringRunner({ ...engine, neutral: plan.neutral });
    const json = serialiseAblation(
      await measureAblation(bench, {
        ...plan.measure,
        signal,
        onProgress: ({ done, total, title }) => showProgress(title, done, total),
      }),
    );
    const figure = ablationFigure(parseAblation(json));
    await writeOutput(join(out, 'ablation.svg'), experimentFigureSvg(figure, 'light'));
    await writeOutput(join(out, 'ablation-dark.svg'), experimentFigureSvg(figure, 'dark'));
    await writeOutput(join(out, ABLATION_FILE), json);
    // Beside the probe itself its card says it too.
    const judged = resolve(out) === resolve(dir) ? await readIfThere(join(dir, PROBE_FILES.report)) : null;
    if (judged !== null)
      await writeOutput(join(out, 'CARD.md'), probeCard(probe, parseReport(judged), parseAblation(json)));
    return JSON.parse(json);
  } finally {
    await engine.dispose();
  }
}

/** Measures a dose–response, writes its files and gives what `dose.json` holds. */
async function dose(options: Options, signal: AbortSignal): Promise<unknown> {
  const out = options.needed('out');
  const plan = await dosePlanFrom(options, options.needed('probe'));
  await prepareFolder(out);
  const engine = await openModel(options, { editing: true });
  try {
    const { probe, unrelated, measure } = plan;
    const reader = createSegmentReader(engine);
    const { agreement } = await steeringProbe(reader, probe, measure.settings, options, signal);
    const other = unrelated && (await steeringProbe(reader, unrelated, measure.settings, options, signal)).agreement;
    // An axis that means something else is as little this model's own.
    const placebos = measure.placebos.map((placebo) =>
      placebo.kind === 'unrelated'
        ? { ...placebo, title: titleWith(placebo.title, other, measure.settings.from) }
        : placebo,
    );
    const bench = createSteeringRunner({ ...engine, neutral: plan.neutral });
    const report = await measureDose(bench, {
      ...measure,
      placebos,
      carriedOver: agreement,
      signal,
      onProgress: ({ stage, done, total, title }) => showProgress(`${stage}: ${title}`, done, total),
    });
    const json = serialiseDose(report);
    // From the file and not from memory: figure and card have its digits.
    const kept = parseDose(json);
    await writeOutput(join(out, DOSE_FILES.light), doseFigure(kept, 'light'));
    await writeOutput(join(out, DOSE_FILES.dark), doseFigure(kept, 'dark'));
    await writeOutput(join(out, DOSE_FILES.card), doseCard(kept));
    await writeOutput(join(out, DOSE_FILES.json), json);
    return JSON.parse(json);
  } finally {
    await engine.dispose();
  }
}
