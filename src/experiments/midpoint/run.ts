/** What a model is asked for one story, and what is written down of its answers. */
import { AppError } from '../../base/errors.ts';
import { significantAll } from '../../base/round.ts';
import { field, type JsonNode, list, number, text } from '../../json/json-path.ts';
import { exactly } from '../../json/json-values.ts';
import type { Cost, JsonObject, UnitCall, UnitPlan } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { longestOf, type Reach } from '../reach.ts';
import type { Question, Subject } from '../subject.ts';
import { contextsOf, storiesOf } from './plan.ts';
import type { MidpointAxis, MidpointSpec, Story } from './spec.ts';

/** Characters a token, for estimates. */
const CHARACTERS = 4.6;

/** A story with its axis and unit. */
export interface UsedStory {
  readonly axis: MidpointAxis;
  readonly story: Story;
  readonly unit: string;
}

/** Log odds, light less dark, in nats, of every test after every context. */
export type StoryOdds = ReadonlyMap<string, readonly number[]>;

/** The stories of a size, in the order of their units. */
export function usedStories(spec: MidpointSpec, size: RunSize): readonly UsedStory[] {
  return spec.axes
    .flatMap((axis) => storiesOf(spec, axis, size).map((story) => ({ axis, story, unit: `${axis.id}-${story.id}` })))
    .sort((one, other) => (one.unit < other.unit ? -1 : 1));
}

/** One unit a story. */
export function unitsOf(spec: MidpointSpec, size: RunSize): UnitPlan[] {
  return usedStories(spec, size).map((used) => {
    let before = '';
    let read = 0;
    for (const { context, continuations } of questionsOf(spec, used, size)) {
      let shared = 0;
      while (shared < before.length && before[shared] === context[shared]) shared += 1;
      read += context.length - shared + continuations.join(' ').length + 1;
      before = context;
    }
    return { id: used.unit, cost: { read: Math.ceil(read / CHARACTERS), written: 0 } };
  });
}

function questionsOf(spec: MidpointSpec, { axis, story }: UsedStory, size: RunSize): Question[] {
  return contextsOf(spec, axis, story, size).flatMap((context) =>
    story.tests.map(({ lead, light, dark }) => ({
      context: `${context.text} ${lead}`,
      continuations: [light, dark],
    })),
  );
}

/** Nothing is prepared. */
export const preparationCost = (): Cost => ({ read: 0, written: 0 });

/** The size, so that quick and full units never mix. */
export async function prepareStories(_: MidpointSpec, size: RunSize): Promise<JsonObject> {
  return { size };
}

/** The longest context with its longest test; nothing is steered or written. */
export function reachOf(spec: MidpointSpec, size: RunSize): Reach {
  const questions = usedStories(spec, size).flatMap((used) => questionsOf(spec, used, size));
  return {
    longest: longestOf(questions.map(({ context, continuations }) => `${context} ${longestOf(continuations)}`)),
    written: null,
    pushes: false,
  };
}

/** The log odds of one story. Throws `unit-invalid` for a unit that the spec does not have. */
export async function runStory(
  spec: MidpointSpec,
  { id }: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const size = prepared['size'];
  const used =
    size === 'full' || size === 'quick' ? usedStories(spec, size).find(({ unit }) => unit === id) : undefined;
  if (used === undefined || (size !== 'full' && size !== 'quick'))
    throw new AppError('unit-invalid', `Unit "${id}" is no story of this spec. Prepare this spec and size again.`, {
      unit: id,
    });
  const answers = await subject.likelihoods(questionsOf(spec, used, size), null, signal);
  onShare?.(1);
  const { tests } = used.story;
  return significantAll({
    contexts: contextsOf(spec, used.axis, used.story, size).map((context, c) => ({
      id: context.id,
      odds: tests.map((_, t) => {
        const [light, dark] = answers[c * tests.length + t] ?? [];
        return (light?.logP ?? NaN) - (dark?.logP ?? NaN);
      }),
    })),
  }) as unknown as JsonObject;
}

/** What a unit holds, held against the spec. Throws `unit-invalid` with the path. */
export function oddsFromJson(json: JsonObject, spec: MidpointSpec, size: RunSize, used: UsedStory): StoryOdds {
  const root: JsonNode = {
    value: json,
    path: used.unit,
    refuse: (message) => {
      throw new AppError('unit-invalid', `${message} Run the experiment again.`);
    },
  };
  const planned = contextsOf(spec, used.axis, used.story, size);
  const nodes = list(field(root, 'contexts'), planned.length, planned.length);
  return new Map(
    planned.map(({ id }, i) => {
      const node = nodes[i] ?? root;
      const found = text(field(node, 'id'));
      if (found !== id) node.refuse(`${node.path}.id is "${found}", and the spec asks for "${id}" there.`);
      return [id, exactly(field(node, 'odds'), used.story.tests.length, number)];
    }),
  );
}
