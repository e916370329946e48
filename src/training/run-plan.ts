/** From a plan as it crosses threads and command lines to the files of a judged probe. */
import type { JudgedProbe, SetSource, TrainedProbe, TrainingPlan } from '../core/training-plan.ts';
import { parseControlSet } from '../format/control-set.ts';
import { checkProbeNames, serialiseProbe } from '../format/probe.ts';
import { parsePromptSet } from '../format/prompt-set.ts';
import type { SetFiles } from '../format/set-lines.ts';
import { serialiseReport } from '../format/report.ts';
import { parseStorySet } from '../format/story-set.ts';
import type { LongCall } from './collect.ts';
import type { SegmentReader } from './reader.ts';
import { trainProbe, type TrainOptions } from './train.ts';

/** SHA-256 of a text (as UTF-8) or of bytes, as hex; hashing is the caller's. */
export type Hash = (content: string | Uint8Array) => string;

/** The sets of a plan, validated. */
type PlannedSets = Pick<TrainOptions, 'sets' | 'stories'> & Required<Pick<TrainOptions, 'zeros' | 'controls' | 'others'>>;

/** Validates everything that a plan reads and what its probe is to be called. Throws set errors with file, line and field, and `usage`. */
export function readPlan(plan: TrainingPlan, hash: Hash): PlannedSets {
  checkProbeNames(plan);
  const filesOf = (source: SetSource): SetFiles => ({ headerName: `${source.name}.set.json`, rowsName: `${source.name}.jsonl`, header: source.header, rows: source.rows, sha256: hash(source.rows) });
  const promptSets = (sources: readonly SetSource[], requireNeutral: boolean) => sources.map((source) => parsePromptSet(filesOf(source), { requireNeutral }));
  const stories = parseStorySet(filesOf(plan.stories));
  return {
    sets: promptSets(plan.sets, true),
    stories: plan.storyCount === null ? stories : { ...stories, stories: stories.stories.slice(0, plan.storyCount) },
    zeros: promptSets(plan.zeros, false),
    controls: plan.controls.map((source) => parseControlSet(filesOf(source))),
    others: promptSets(plan.others, false),
  };
}

/** Trains as planned. Throws what {@link readPlan} does, `numbers-not-finite` and `cancelled`. */
export async function runTraining(reader: SegmentReader, plan: TrainingPlan, call: LongCall & { readonly hash: Hash }): Promise<TrainedProbe & JudgedProbe> {
  const { hash } = call;
  const { probe, report: judged } = await trainProbe(reader, {
    ...call,
    id: plan.id,
    title: plan.title,
    about: plan.about,
    ...readPlan(plan, hash),
    tapCount: plan.tapCount,
    otherTaps: plan.otherTaps,
    method: plan.method,
    ...(plan.defaultLayer === null ? {} : { defaultLayer: plan.defaultLayer }),
    seed: plan.seed,
    shuffles: plan.shuffles,
  });
  const { json, tensors } = serialiseProbe(probe);
  const report = { probe: { id: probe.id, sha256: hashOfFiles(json, tensors, hash) }, ...judged };
  return { probe, report, json, tensors: tensors.buffer, reportJson: serialiseReport(report) };
}

/** What a report and a recording name a probe by: SHA-256 of probe.json followed by directions.safetensors. */
export function hashOfFiles(json: string, tensors: Uint8Array, hash: Hash): string {
  const head = new TextEncoder().encode(json);
  const both = new Uint8Array(head.length + tensors.length);
  both.set(head);
  both.set(tensors, head.length);
  return hash(both);
}
