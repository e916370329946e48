/** Units as the analysis needs them: a trace for every story and order, labels for every prompt. */
import { AppError } from '../../base/errors.ts';
import type { RunSize } from '../experiment-types.ts';
import { field, has, type JsonNode, list, number, text } from '../../json/json-path.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { BEATS, type ScheduleId } from './schedules.ts';
import { axisOf, type AxisId, type FlipBackSpec, type SoFar } from './spec.ts';
import { partsOf } from './units.ts';

/** One story: scores by order and kept layer `[3][13]`, the first before any beat. */
export interface Trace {
  readonly id: string;
  readonly z: Readonly<Partial<Record<ScheduleId, readonly (readonly number[])[]>>>;
  /** All-light less all-dark by layer, and along random directions; empty off the moral axis. */
  readonly byLayer: readonly number[];
  readonly random: readonly number[];
}

/** What was written after one prompt: labels of sentences, a string a rollout; the judge's are fewer. */
export interface FreeTrace {
  readonly id: string;
  readonly so: SoFar;
  readonly probe: readonly string[];
  /** The probe's and the judge's labels of the same sentences. */
  readonly both: { readonly probe: readonly string[]; readonly judge: readonly string[] };
  readonly refused: number;
}

/** All that was measured, in an order of its own. */
export interface Traces {
  readonly stories: Readonly<Record<AxisId, readonly Trace[]>>;
  readonly free: readonly FreeTrace[];
}

/** Throws `units-missing` where a unit of the size is not there and `unit-invalid` where one does not hold what it should. */
export function tracesOf(spec: FlipBackSpec, size: RunSize, units: readonly UnitResult[]): Traces {
  const byId = new Map(units.map((unit) => [unit.id, unit.data]));
  const stories: Record<AxisId, Trace[]> = { moral: [], formal: [], mood: [] };
  const free = new Map<number, FreeTrace>();
  for (const { part, plan } of partsOf(spec, size)) {
    const node = nodeOf(plan.id, byId.get(plan.id));
    if (part.kind === 'story') {
      stories[part.axis].push(
        traceOf(
          node,
          plan.id,
          axisOf(spec, part.axis).schedules.map(({ id }) => id),
        ),
      );
      continue;
    }
    const prompt = spec.free.prompts[part.prompt];
    if (prompt === undefined) continue; // cannot be: the part was planned from it
    const own = labelsOf(node);
    const before = free.get(part.prompt);
    free.set(part.prompt, {
      id: prompt.id,
      so: prompt.so,
      probe: [...(before?.probe ?? []), ...own.probe],
      both: {
        probe: [...(before?.both.probe ?? []), ...own.probe.slice(0, own.judge.length)],
        judge: [...(before?.both.judge ?? []), ...own.judge],
      },
      refused: (before?.refused ?? 0) + own.refused,
    });
  }
  return { stories, free: [...free].sort(([a], [b]) => a - b).map(([, trace]) => trace) };
}

function nodeOf(id: string, value: JsonObject | undefined): JsonNode {
  if (value === undefined)
    throw new AppError('units-missing', `The unit ${id} is missing: run it before the analysis.`);
  const refuse = (message: string): never => {
    throw new AppError('unit-invalid', `${message} Run this unit again.`);
  };
  return { value, path: `units.${id}`, refuse };
}

function traceOf(node: JsonNode, id: string, schedules: readonly ScheduleId[]): Trace {
  const z = field(node, 'z');
  const rows = (schedule: ScheduleId): number[][] =>
    list(field(z, schedule), 3, 3).map((layer) => list(layer, BEATS + 1, BEATS + 1).map(number));
  const numbers = (name: string): number[] => (has(node, name) ? list(field(node, name), 1, 100_000).map(number) : []);
  return {
    id,
    z: Object.fromEntries(schedules.map((schedule) => [schedule, rows(schedule)])),
    byLayer: numbers('byLayer'),
    random: numbers('random'),
  };
}

function labelsOf(node: JsonNode): { probe: string[]; judge: string[]; refused: number } {
  const labels = (name: string): string[] =>
    list(field(node, name), 0, 10_000).map((item) => {
      const line = text(item);
      return /^[LWNR]*$/.test(line) ? line : item.refuse(`${item.path} must hold the letters L, W, N and R only.`);
    });
  const probe = labels('probe');
  const judgeNode = field(node, 'judge');
  const judge = labels('judge');
  judge.forEach((line, i) => {
    if (line.length !== probe[i]?.length)
      judgeNode.refuse(
        `${judgeNode.path}[${i}] must have ${probe[i]?.length ?? 0} labels, as the probe, got ${line.length}.`,
      );
  });
  return { probe, judge, refused: number(field(node, 'refused')) };
}

/** Which of the kept layers decides. */
export const MIDDLE = 1;

/** Scores of an order after the opening and each beat, at a kept layer. */
export function lineOf(trace: Trace, schedule: ScheduleId, layer = MIDDLE): readonly number[] {
  return trace.z[schedule]?.[layer] ?? [];
}
