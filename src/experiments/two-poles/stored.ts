/** What a unit of a `two-poles` experiment leaves behind, to and from JSON, read back with the path of what is wrong. */
import { significantAll } from '../../base/round.ts';
import { field, integer, type JsonNode, list, number } from '../../json/json-path.ts';
import { exactly } from '../../json/json-values.ts';
import type { JsonObject } from '../design.ts';
import { plannedText, unitRoot } from '../unit-json.ts';
import { type PlannedContext, SHOWN, type Shown } from './plan.ts';
import type { Pole } from './spec.ts';

/** Bits (-log2 p) by what the context shows: of the turn of pole a, of pole b, and of the neutral turn. */
export interface DoseBits extends Readonly<Record<Shown, readonly number[]>> {
  readonly dose: number;
}

/** A topic that was asked for. */
export interface AskedData {
  readonly topic: string;
  /** Ascending; the last is the dose of the verdict. */
  readonly doses: readonly DoseBits[];
}

/** Bits of a marked turn and of its neutral one, by what the context shows. */
export interface MarkedData extends Readonly<Record<Shown, readonly number[]>> {
  readonly topic: string;
  readonly pole: Pole;
}

/** What was asked after one context. */
export interface ContextData {
  readonly asked: readonly AskedData[];
  readonly marked: readonly MarkedData[];
}

/** What was measured of an axis. */
export interface AxisData {
  readonly contexts: readonly ContextData[];
}

const MOST = 1000;

/** As JSON, numbers at six significant digits. */
export function axisDataToJson(data: AxisData): JsonObject {
  return significantAll(data) as unknown as JsonObject;
}

/** The inverse of {@link axisDataToJson}; `planned` is what the spec asks for. Throws `unit-invalid` with the path. */
export function axisDataFromJson(json: JsonObject, unit: string, planned: readonly PlannedContext[]): AxisData {
  const root = unitRoot(json, unit);
  return {
    contexts: exactlyAs(field(root, 'contexts'), planned, (node, { asked, marked }) => ({
      asked: exactlyAs(field(node, 'asked'), asked, askedFrom),
      marked: exactlyAs(field(node, 'marked'), marked, markedFrom),
    })),
  };
}

/** As many items as were planned, each beside its plan. */
function exactlyAs<P, T>(node: JsonNode, planned: readonly P[], read: (item: JsonNode, plan: P) => T): T[] {
  const items = list(node, planned.length, planned.length);
  return planned.map((plan, i) => read(items[i] ?? node, plan));
}

function askedFrom(node: JsonNode, { topic, doses }: PlannedContext['asked'][number]): AskedData {
  return {
    topic: plannedText(node, 'topic', topic.id),
    doses: exactlyAs(field(node, 'doses'), doses, (item, wanted): DoseBits => {
      const dose = integer(field(item, 'dose'), 1, MOST);
      if (dose !== wanted) item.refuse(`${item.path}.dose is ${dose}, and the spec asks for ${wanted} there.`);
      return { dose, ...bitsFrom(item, 3) };
    }),
  };
}

function markedFrom(node: JsonNode, { topic, pole }: PlannedContext['marked'][number]): MarkedData {
  plannedText(node, 'pole', pole);
  return { topic: plannedText(node, 'topic', topic.id), pole, ...bitsFrom(node, 2) };
}

function bitsFrom(node: JsonNode, count: number): Record<Shown, readonly number[]> {
  const [a = [], b = [], neutral = []] = SHOWN.map((shown) => exactly(field(node, shown), count, number));
  return { a, b, neutral };
}
