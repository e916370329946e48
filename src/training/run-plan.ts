/** From a plan as it crosses threads and command lines to the files of a judged probe. */
import { AppError } from '../base/errors.ts';
import type { Probe } from '../probe/probe-types.ts';
import type { Report } from '../probe/report-types.ts';
import type { JudgedProbe, SetSource, TrainedProbe, TrainingPlan } from '../probe/training-plan.ts';
import { parseControlSet } from '../formats/sets/control-set.ts';
import { assertProbeFits, checkProbeNames, serialiseProbe } from '../formats/probe/probe.ts';
import { parsePromptSet } from '../formats/sets/prompt-set.ts';
import type { SetFiles } from '../formats/sets/set-lines.ts';
import { serialiseReport } from '../formats/probe/report.ts';
import { parseStorySet } from '../formats/sets/story-set.ts';
import type { LongCall } from './collect.ts';
import type { SegmentReader } from './reader.ts';
import { reportedReadout } from './trace/judge-readout.ts';
import { planReadout, provenanceOf, traceFor, trainProbe, type TrainOptions } from './train.ts';

/** SHA-256 of a text (as UTF-8) or of bytes, as hex; hashing is the caller's. */
export type Hash = (content: string | Uint8Array) => string;

/** The sets of a plan, validated. */
type PlannedSets = Pick<TrainOptions, 'sets' | 'stories' | 'trace'> &
  Required<Pick<TrainOptions, 'zeros' | 'controls' | 'others'>>;

/** Validates everything that a plan reads and what its probe is to be called. Throws set errors with file, line and field, and `usage`. */
export function readPlan(plan: TrainingPlan, hash: Hash): PlannedSets {
  checkProbeNames(plan);
  const filesOf = (source: SetSource): SetFiles => ({
    headerName: `${source.name}.set.json`,
    rowsName: `${source.name}.jsonl`,
    header: source.header,
    rows: source.rows,
    sha256: hash(source.rows),
  });
  const promptSets = (sources: readonly SetSource[], requireNeutral: boolean) =>
    sources.map((source) => parsePromptSet(filesOf(source), { requireNeutral }));
  const stories = parseStorySet(filesOf(plan.stories));
  return {
    sets: promptSets(plan.sets, true),
    stories: plan.storyCount === null ? stories : { ...stories, stories: stories.stories.slice(0, plan.storyCount) },
    zeros: promptSets(plan.zeros, false),
    controls: plan.controls.map((source) => parseControlSet(filesOf(source))),
    others: promptSets(plan.others, false),
    trace:
      plan.trace === null
        ? null
        : {
            texts: plan.trace.texts,
            freeOf: plan.trace.freeOf,
            told: plan.trace.told.map((source) => parseControlSet(filesOf(source))),
          },
  };
}

/** Trains as planned. Throws what {@link readPlan} does, `numbers-not-finite` and `cancelled`. */
export async function runTraining(
  reader: SegmentReader,
  plan: TrainingPlan,
  call: LongCall & { readonly hash: Hash },
): Promise<TrainedProbe & JudgedProbe> {
  const { hash } = call;
  const { probe, report: judged } = await trainProbe(reader, {
    ...call,
    id: plan.id,
    title: plan.title,
    about: plan.about,
    ...readPlan(plan, hash),
    readoutCount: plan.readoutCount,
    otherReadouts: plan.otherReadouts,
    method: plan.method,
    ...(plan.defaultLayer === null ? {} : { defaultLayer: plan.defaultLayer }),
    seed: plan.seed,
    shuffles: plan.shuffles,
  });
  return files(probe, judged, hash);
}

/**
 * Adds the readout of a plan to a probe that was made by the same plan without one: the bundle is what {@link runTraining} would
 * write, and no other number of it changes. The report is carried over to the new files. Throws as {@link runTraining} does.
 */
export async function runReadout(
  reader: SegmentReader,
  plan: TrainingPlan,
  made: { readonly probe: Probe; readonly report: Report },
  call: LongCall & { readonly hash: Hash },
): Promise<TrainedProbe & JudgedProbe> {
  const { hash } = call;
  const options = { ...call, ...readPlan(plan, hash), method: plan.method, seed: plan.seed };
  assertProbeFits(made.probe, reader.model);
  const sets = provenanceOf(options);
  const changed = made.probe.provenance.sets.find(({ name, sha256 }) =>
    sets.some((set) => set.name === name && set.sha256 !== sha256),
  );
  if (changed !== undefined)
    throw new AppError(
      'usage',
      `The set "${changed.name}" is not the one that "${made.probe.id}" was made from (${changed.sha256.slice(0, 12)}…): its other numbers would not fit. Train the whole probe again.`,
      { probe: made.probe.id, set: changed.name },
    );
  const planned = planReadout(reader, options);
  const probe: Probe = {
    ...made.probe,
    trace: await traceFor(reader, planned, options),
    provenance: { ...made.probe.provenance, sets, seed: plan.seed },
  };
  const readout = await reportedReadout(reader, probe, planned?.from.told ?? [], options);
  const caveats = [...new Set([...made.report.caveats, ...(planned?.leftOut ?? [])])];
  return files(probe, { ...made.report, readout, caveats }, hash);
}

function files(probe: Probe, judged: Omit<Report, 'probe'>, hash: Hash): TrainedProbe & JudgedProbe {
  const { json, tensors } = serialiseProbe(probe);
  const report = { ...judged, probe: { id: probe.id, sha256: hashOfFiles(json, tensors, hash) } };
  return { probe, report, json, tensors: tensors.buffer, reportJson: serialiseReport(report) };
}

/** What a report and a recording name a probe by: SHA-256 of probe.json followed by directions.safetensors. */
function hashOfFiles(json: string, tensors: Uint8Array, hash: Hash): string {
  const head = new TextEncoder().encode(json);
  const both = new Uint8Array(head.length + tensors.length);
  both.set(head);
  both.set(tensors, head.length);
  return hash(both);
}
