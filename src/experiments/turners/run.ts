/** What a model is asked about one person, and what is written down of its answers. */
import { AppError } from '../../base/errors.ts';
import { type ContextOdds, oddsFromJson, oddsOf, oddsToJson, preparedSize } from '../context-odds.ts';
import type { JsonObject, UnitCall, UnitPlan } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { questionsCost, questionsReach } from '../questions.ts';
import type { Reach } from '../reach.ts';
import type { Question, Subject } from '../subject.ts';
import { planOf, topicsOf } from './plan.ts';
import type { Topic, TurnersSpec } from './spec.ts';

/** The people of a size, in the order of their units. */
export function askedAbout(spec: TurnersSpec, size: RunSize): readonly Topic[] {
  return topicsOf(spec, size).toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** One unit a person. */
export function unitsOf(spec: TurnersSpec, size: RunSize): UnitPlan[] {
  return askedAbout(spec, size).map((topic) => ({ id: topic.id, cost: questionsCost(questionsOf(spec, topic, size)) }));
}

/** One question a context; both versions of a next act stand next to each other. */
function questionsOf(spec: TurnersSpec, topic: Topic, size: RunSize): Question[] {
  const { contexts, tests } = planOf(spec, topic, size);
  const continuations = tests.flatMap(({ light, dark }) => [light, dark]);
  return contexts.map(({ text }) => ({ context: text, continuations }));
}

/** The longest context with its longest next act. */
export function reachOf(spec: TurnersSpec, size: RunSize): Reach {
  return questionsReach(askedAbout(spec, size).flatMap((topic) => questionsOf(spec, topic, size)));
}

/** The log odds of one person. Throws `unit-invalid` for a unit that the spec does not have. */
export async function runPerson(
  spec: TurnersSpec,
  { id }: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const size = preparedSize(prepared);
  const topic = size === null ? undefined : askedAbout(spec, size).find((one) => one.id === id);
  if (size === null || topic === undefined)
    throw new AppError('unit-invalid', `Unit "${id}" is no person of this spec. Prepare this spec and size again.`, {
      unit: id,
    });
  const { contexts, tests } = planOf(spec, topic, size);
  const answers = await subject.likelihoods(questionsOf(spec, topic, size), null, signal);
  onShare?.(1);
  return oddsToJson(contexts, (c) => tests.map((_, t) => oddsOf(answers[c]?.slice(2 * t) ?? [])));
}

/** What a unit holds, held against the spec. Throws `unit-invalid` with the path. */
export function personOdds(json: JsonObject, spec: TurnersSpec, size: RunSize, topic: Topic): ContextOdds {
  return oddsFromJson(json, topic.id, planOf(spec, topic, size).contexts, spec.tests);
}
