/** Experiments in the worker: a spec is read, what has not run is run on the loaded model, and all of it analysed. */
import { AppError } from '../../base/errors.ts';
import type {
  AnalysedUnits,
  ExperimentArgs,
  ExperimentEstimate,
  ExperimentOutcome,
  ExperimentPart,
  ExperimentProgress,
  SpecSummary,
} from '../../experiments/experiment-run.ts';
import type { RunSize } from '../../experiments/experiment-types.ts';
import type { JsonObject, UnitResult } from '../../experiments/design.ts';
import { type Designs, DESIGNS } from '../../experiments/designs.ts';
import { measurePace, secondsOf } from '../../experiments/pace.ts';
import type { Reach } from '../../experiments/reach.ts';
import { makeReport } from '../../experiments/report.ts';
import { dueCost, runUnits, type UnitStore } from '../../experiments/runner.ts';
import { type LoadedSpec, parseSpec } from '../../experiments/spec.ts';
import type { Subject } from '../../experiments/subject.ts';
import {
  assertBelongs,
  parseUnit,
  parseUnits,
  PREPARED_ID,
  preparedText,
  serialiseUnit,
  serialiseUnits,
  type UnitsHead,
} from '../../experiments/unit-file.ts';
import { sha256Hex } from '../../engine/store/sha256.ts';
import type { CallArgs } from '../protocol.ts';
import { neutralTexts } from './steering-args.ts';

/** Calls about experiments. */
export interface ExperimentCalls {
  check(source: string): SpecSummary;
  /** Throws `unit-invalid` and `units-missing`. */
  analyse(specs: readonly string[], units: string): AnalysedUnits;
  estimate(args: CallArgs<'estimateExperiment'>, signal: AbortSignal): Promise<ExperimentEstimate>;
  run(
    args: ExperimentArgs,
    onProgress: (progress: ExperimentProgress) => void,
    onPart: (part: ExperimentPart) => void,
    signal: AbortSignal,
  ): Promise<ExperimentOutcome>;
}

/** Gives the loaded model under test, for these neutral texts. */
export type SubjectSource = (neutral: readonly string[]) => {
  readonly subject: Subject;
  readonly backend: string;
  /** Throws `text-too-long` or `memory-short` where there is no room for a run that reaches so far. */
  readonly assertRoom: (reach: Reach) => void;
};

/** Calls on the model that is loaded when they come, for these kinds of experiments. */
export function createExperimentCalls(
  subjectFor: SubjectSource,
  designs: Designs = DESIGNS,
  clock: () => number = () => performance.now(),
): ExperimentCalls {
  const load = (source: string): LoadedSpec => parseSpec(source, hashOf(source), designs);
  return {
    check(source) {
      const { spec, design, sha256 } = load(source);
      const { id, title, claim, rule } = spec;
      return {
        id,
        design: design.name,
        title,
        claim,
        rule,
        sha256,
        units: { quick: design.units(spec, 'quick').length, full: design.units(spec, 'full').length },
      };
    },
    analyse(specs, source) {
      const set = parseUnits(source, 'units');
      const { specSha256, experiment } = set.head;
      const own = specs.findIndex((spec) => hashOf(spec) === specSha256);
      // Of an experiment that is here in another version the report says which two differ.
      const spec = own >= 0 ? own : specs.findIndex((text) => load(text).spec.id === experiment);
      const found = specs[spec];
      if (found === undefined)
        throw new AppError(
          'unit-invalid',
          `units line 1.experiment is ${JSON.stringify(experiment.slice(0, 80))}, and no spec of it is here. Open the spec that they were run with first, then the units.`,
          { experiment },
        );
      const units = serialiseUnits(set);
      return { spec, outcome: { report: makeReport(load(found), set, hashOf(units)), units } };
    },
    async estimate({ spec: source, parts, stories }, signal) {
      const loaded = load(source);
      const { subject } = subjectFor(neutralTexts(stories));
      const have = new Set(parts.map(({ id }) => id));
      const costOf = (size: RunSize) =>
        dueCost(loaded, size, { prepared: have.has(keyOf(size, PREPARED_ID)), has: (id) => have.has(keyOf(size, id)) });
      const [quick, full] = [costOf('quick'), costOf('full')];
      const pace = await measurePace(subject, clock, quick.written + full.written > 0, signal);
      return { seconds: { quick: secondsOf(quick, pace), full: secondsOf(full, pace) } };
    },
    async run({ spec: source, size, parts, stories }, onProgress, onPart, signal) {
      const loaded = load(source);
      const { subject, backend, assertRoom } = subjectFor(neutralTexts(stories));
      assertRoom(loaded.design.reach(loaded.spec, size));
      const head: UnitsHead = {
        experiment: loaded.spec.id,
        design: loaded.design.name,
        specSha256: loaded.sha256,
        size,
        model: subject.model,
        backend,
      };
      const kept = keptParts(head, parts, onPart);
      await runUnits({ loaded, size, subject, store: kept.store, clock, onProgress, signal });
      const { prepared, units: done } = kept.all();
      const set = { head, prepared, units: done };
      const units = serialiseUnits(set);
      return { report: makeReport(loaded, set, hashOf(units)), units };
    },
  };
}

/** How the page names a part of a run of a size. */
function keyOf(size: RunSize, id: string): string {
  return `${size}/${id}`;
}

/**
 * What has run, and what runs now: in memory here, and told to the page, which keeps it. Throws `unit-invalid` for
 * parts of something else.
 */
function keptParts(
  head: UnitsHead,
  parts: readonly ExperimentPart[],
  onPart: (part: ExperimentPart) => void,
): { readonly store: UnitStore; all(): { readonly prepared: JsonObject; readonly units: readonly UnitResult[] } } {
  const own = parts
    .filter(({ id }) => id.startsWith(keyOf(head.size, '')))
    .map(({ id, text }) => {
      const file = parseUnit(text, id);
      assertBelongs(file.head, head, id);
      return file;
    });
  let prepared: JsonObject | null = own.find(({ part }) => part === 'prepared')?.result.data ?? null;
  const preparedSha256 = (): string => hashOf(preparedText(prepared ?? {}));
  const units = new Map<string, UnitResult>();
  for (const { part, result, preparedSha256: theirs } of own) {
    if (part === 'prepared') continue;
    if (prepared === null || theirs !== preparedSha256())
      throw new AppError(
        'unit-invalid',
        `Unit ${result.id} was measured with another preparation than the one that is kept. Begin anew: forget what was measured here.`,
        { unit: result.id },
      );
    units.set(result.id, result);
  }
  const tell = (part: 'prepared' | 'unit', result: UnitResult): UnitResult => {
    const text = serialiseUnit({ head, part, preparedSha256: preparedSha256(), result });
    onPart({ id: keyOf(head.size, result.id), text });
    // What a file holds is what is analysed.
    return parseUnit(text, result.id).result;
  };
  return {
    store: {
      prepared: async () => prepared,
      async keepPrepared(made) {
        prepared = JSON.parse(preparedText(made)) as JsonObject;
        tell('prepared', { id: PREPARED_ID, data: prepared });
      },
      ids: async () => new Set(units.keys()),
      async keep(result) {
        units.set(result.id, tell('unit', result));
      },
    },
    all: () => ({ prepared: prepared ?? {}, units: [...units.values()] }),
  };
}

function hashOf(text: string): string {
  return sha256Hex(new TextEncoder().encode(text));
}
