/** The units: a topic of a family under every condition and placement, with another task and neutral text beside. */
import { AppError } from '../../base/errors.ts';
import { significantAll } from '../../base/round.ts';
import type { Cost, JsonObject, UnitCall, UnitPlan } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { orBroken } from '../matched-steering.ts';
import { questionsCost } from '../questions.ts';
import { longestOf, type Reach } from '../reach.ts';
import type { PlacedIntervention, Subject } from '../subject.ts';
import { movedOf, oddsOf, requestOf } from './odds.ts';
import {
  besideOf,
  type Condition,
  conditionsOf,
  contextsOf,
  type Lead,
  LEADS,
  leadOf,
  topicsOf,
  unitId,
} from './plan.ts';
import { preparedFamily, preparedSizeOf, type PreparedFamily } from './prepared.ts';
import { type Family, type PlacementsSpec, STEERED, type Topic } from './spec.ts';
import { openness, interventionOf } from './steering.ts';

/** What a unit is read beside: examples of another task, and neutral text. */
export const BESIDE = ['tasks', 'neutral'] as const;

/** A way in which a topic is read. */
interface Pass {
  readonly name: string;
  readonly lead: Lead | null;
  readonly steered: PlacedIntervention | null;
}

/** The conditions that a way of reading is read under: of a mere mention the clean one alone. */
export function conditionsRead(family: Family, pass: string): readonly Condition[] {
  return conditionsOf(family).filter(({ kind }) => pass !== 'mention' || kind === 'clean');
}

/** The units of a size, in the order of their ids. */
export function unitsOf(spec: PlacementsSpec, size: RunSize): UnitPlan[] {
  return spec.families
    .flatMap((family) =>
      topicsOf(spec, family, size).map((topic) => ({
        id: unitId(family, topic),
        cost: costOf(spec, family, topic),
      })),
    )
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

function costOf(spec: PlacementsSpec, family: Family, topic: Topic): Cost {
  const leads: (Lead | null)[] = [null, ...LEADS, ...STEERED.map(() => null)];
  const read = leads.reduce((sum, lead) => {
    const contexts = conditionsRead(family, lead ?? 'none').flatMap((condition) =>
      contextsOf(family, topic, condition, lead),
    );
    const beside =
      lead === 'mention'
        ? []
        : BESIDE.flatMap((what) =>
            besideOf(spec, family, topic, what).map(({ context, next }) => ({
              context: leadOf(family, topic, lead) + context,
              continuations: [next],
            })),
          );
    return sum + questionsCost([...contexts.map((context) => ({ context, continuations: [] })), ...beside]).read;
  }, 0);
  return { read, written: 0 };
}

/** The longest text is a condition behind the longest line. */
export function reachOf(spec: PlacementsSpec, size: RunSize): Reach {
  const texts = spec.families.flatMap((family) =>
    topicsOf(spec, family, size).flatMap((topic) =>
      LEADS.flatMap((lead) => [
        ...conditionsOf(family).flatMap((condition) => contextsOf(family, topic, condition, lead)),
        ...BESIDE.flatMap((what) =>
          besideOf(spec, family, topic, what).map(
            ({ context, next }) => `${leadOf(family, topic, lead)}${context} ${next}`,
          ),
        ),
      ]),
    ),
  );
  return { longest: longestOf(texts), written: null, steers: true };
}

/** Reads one topic. Throws `unit-invalid` for a unit that the spec does not have. */
export async function runTopic(
  spec: PlacementsSpec,
  { id }: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const size = preparedSizeOf(prepared);
  for (const family of spec.families) {
    const topic = topicsOf(spec, family, size).find((one) => unitId(family, one) === id);
    if (topic === undefined) continue;
    const own = preparedFamily(prepared, spec, family, subject.model.hidden);
    const passes = await passesOf(topic, own, subject, signal);
    const odds: Record<string, Record<string, readonly number[]>> = {};
    const beside = new Map(BESIDE.map((what) => [what, {} as Record<string, readonly number[]>]));
    for (const [done, pass] of passes.entries()) {
      await orBroken(async () => {
        const read = await readPass(spec, family, topic, pass, subject, signal);
        odds[pass.name] = read.odds;
        for (const what of BESIDE) Object.assign(beside.get(what) ?? {}, { [pass.name]: read.beside[what] });
        return true;
      });
      onShare?.((done + 1) / (passes.length + 1));
    }
    const gates = await readGates(spec, family, topic, own, subject, signal);
    return significantAll({
      odds,
      gate: gates.byCondition,
      ...Object.fromEntries(BESIDE.map((what) => [what, { logP: beside.get(what) ?? {}, ...gates.beside[what] }])),
    }) as unknown as JsonObject;
  }
  throw new AppError('unit-invalid', `Unit "${id}" is no topic of this spec. Prepare this spec and size again.`, {
    unit: id,
  });
}

/** As it is, behind each line of text, and under each steering that has a strength. */
async function passesOf(
  topic: Topic,
  { directions, strengths }: PreparedFamily,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<readonly Pass[]> {
  const ground = await subject.ground(signal);
  const own = directions.get(topic.id) ?? new Float32Array(0);
  return [
    { name: 'none', lead: null, steered: null },
    ...LEADS.map((lead) => ({ name: lead, lead, steered: null })),
    ...STEERED.flatMap((placement): Pass[] => {
      const { strength } = strengths[placement];
      return strength === null
        ? []
        : [{ name: placement, lead: null, steered: interventionOf(own, placement, strength, ground, subject.model) }];
    }),
  ];
}

interface PassRead {
  /** L item by item, by condition. */
  readonly odds: Record<string, readonly number[]>;
  /** log p of what follows, text by text. */
  readonly beside: Readonly<Record<(typeof BESIDE)[number], readonly number[]>>;
}

async function readPass(
  spec: PlacementsSpec,
  family: Family,
  topic: Topic,
  { name, lead, steered: intervention }: Pass,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<PassRead> {
  const conditions = conditionsRead(family, name);
  const asked = conditions.map((condition) => contextsOf(family, topic, condition, lead));
  const ends = await subject.ends(asked.flat(), requestOf(family, topic, subject, false), intervention, signal);
  let at = 0;
  const odds: Record<string, readonly number[]> = {};
  for (const [c, { id }] of conditions.entries()) {
    const count = asked[c]?.length ?? 0;
    odds[id] = oddsOf(topic, ends.slice(at, at + count));
    at += count;
  }
  const follows = async (what: (typeof BESIDE)[number]): Promise<readonly number[]> => {
    if (lead === 'mention') return [];
    const answers = await subject.likelihoods(
      besideOf(spec, family, topic, what).map(({ context, next }) => ({
        context: leadOf(family, topic, lead) + context,
        continuations: [next],
      })),
      intervention,
      signal,
    );
    return answers.map(([answer]) => answer?.logP ?? Number.NaN);
  };
  return { odds, beside: { tasks: await follows('tasks'), neutral: await follows('neutral') } };
}

interface GatesRead {
  /** How far the gate is open, item by item, by condition. */
  readonly byCondition: Record<string, readonly number[]>;
  /** Text by text: the same, and the log-probability of what an edit of the scores moves. */
  readonly beside: Readonly<
    Record<(typeof BESIDE)[number], { readonly gate: readonly number[]; readonly moved: readonly number[] }>
  >;
}

/** Where an answer begins, the streams of the unsupervised model: what a gated bias reads. */
async function readGates(
  spec: PlacementsSpec,
  family: Family,
  topic: Topic,
  { gate }: PreparedFamily,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<GatesRead> {
  const conditions = conditionsOf(family);
  const per = topic.items.length;
  // Of every item the context before its first word.
  const starts = conditions.flatMap((condition) => {
    const contexts = contextsOf(family, topic, condition, null);
    return topic.items.map((_, item) => contexts[(item * contexts.length) / per] ?? '');
  });
  const texts = BESIDE.flatMap((what) => besideOf(spec, family, topic, what).map(({ context }) => context));
  const ends = await subject.ends([...starts, ...texts], requestOf(family, topic, subject, true), null, signal);
  const open = ends.map(({ streams }) => openness(gate, streams));
  const of = (from: number): { gate: readonly number[]; moved: readonly number[] } => ({
    gate: open.slice(from, from + spec.besideEach),
    moved: ends.slice(from, from + spec.besideEach).map((end) => movedOf(topic, end)),
  });
  return {
    byCondition: Object.fromEntries(conditions.map(({ id }, c) => [id, open.slice(c * per, (c + 1) * per)])),
    beside: { tasks: of(starts.length), neutral: of(starts.length + spec.besideEach) },
  };
}
