/** What a model is asked for one story, and what is written down of its answers. */
import { AppError } from '../../base/errors.ts';
import { type ContextOdds, oddsFromJson, oddsOf, oddsToJson, preparedSize } from '../context-odds.ts';
import type { JsonObject, UnitCall, UnitPlan } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { questionsCost, questionsReach } from '../questions.ts';
import type { Reach } from '../reach.ts';
import type { Question, Subject } from '../subject.ts';
import { contextsOf, storiesOf } from './plan.ts';
import type { MidpointAxis, MidpointSpec, Story } from './spec.ts';

/** A story with its axis and unit. */
export interface UsedStory {
  readonly axis: MidpointAxis;
  readonly story: Story;
  readonly unit: string;
}

/** The stories of a size, in the order of their units. */
export function usedStories(spec: MidpointSpec, size: RunSize): readonly UsedStory[] {
  return spec.axes
    .flatMap((axis) => storiesOf(spec, axis, size).map((story) => ({ axis, story, unit: `${axis.id}-${story.id}` })))
    .sort((one, other) => (one.unit < other.unit ? -1 : 1));
}

/** One unit a story. */
export function unitsOf(spec: MidpointSpec, size: RunSize): UnitPlan[] {
  return usedStories(spec, size).map((used) => ({
    id: used.unit,
    cost: questionsCost(questionsOf(spec, used, size)),
  }));
}

function questionsOf(spec: MidpointSpec, { axis, story }: UsedStory, size: RunSize): Question[] {
  return contextsOf(spec, axis, story, size).flatMap((context) =>
    story.tests.map(({ lead, light, dark }) => ({
      context: `${context.text} ${lead}`,
      continuations: [light, dark],
    })),
  );
}

/** The longest context with its longest test. */
export function reachOf(spec: MidpointSpec, size: RunSize): Reach {
  return questionsReach(usedStories(spec, size).flatMap((used) => questionsOf(spec, used, size)));
}

/** The log odds of one story. Throws `unit-invalid` for a unit that the spec does not have. */
export async function runStory(
  spec: MidpointSpec,
  { id }: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const size = preparedSize(prepared);
  const used = size === null ? undefined : usedStories(spec, size).find(({ unit }) => unit === id);
  if (size === null || used === undefined)
    throw new AppError('unit-invalid', `Unit "${id}" is no story of this spec. Prepare this spec and size again.`, {
      unit: id,
    });
  const answers = await subject.likelihoods(questionsOf(spec, used, size), null, signal);
  onShare?.(1);
  const { tests } = used.story;
  return oddsToJson(contextsOf(spec, used.axis, used.story, size), (c) =>
    tests.map((_, t) => oddsOf(answers[c * tests.length + t] ?? [])),
  );
}

/** What a unit holds, held against the spec. Throws `unit-invalid` with the path. */
export function storyOdds(json: JsonObject, spec: MidpointSpec, size: RunSize, used: UsedStory): ContextOdds {
  return oddsFromJson(json, used.unit, contextsOf(spec, used.axis, used.story, size), used.story.tests.length);
}
