/** What a model is asked for one axis, and what is written down of its answers. */
import { AppError } from '../../base/errors.ts';
import type { JsonObject, UnitCall, UnitPlan } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { questionsCost, questionsReach } from '../questions.ts';
import type { Reach } from '../reach.ts';
import type { Question, Subject } from '../subject.ts';
import { contextsOf, type PlannedQuestion, questionsOf, SHOWN, type Shown } from './plan.ts';
import { mostShown, type PoleAxis, type TwoPolesSpec } from './spec.ts';
import { type AskedData, type AxisData, axisDataToJson, type DoseBits, type MarkedData } from './stored.ts';

/** The units of a size: one an axis, ordered by id. */
export function unitsOf(spec: TwoPolesSpec, size: RunSize): UnitPlan[] {
  return spec.axes
    .map((axis) => ({ id: unitId(axis), cost: questionsCost(askedOf(spec, axis, size)) }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** The unit of an axis. */
export function unitId({ kind, id }: Pick<PoleAxis, 'kind' | 'id'>): string {
  return `${kind}-${id}`;
}

function askedOf(spec: TwoPolesSpec, axis: PoleAxis, size: RunSize): Question[] {
  return questionsOf(spec, contextsOf(spec, axis, size)).map(({ question }) => question);
}

/** The size, so that quick and full units never mix. */
export async function prepareAxes(_: TwoPolesSpec, size: RunSize): Promise<JsonObject> {
  return { size };
}

/** The longest question with its longest ending. */
export function reachOf(spec: TwoPolesSpec, size: RunSize): Reach {
  return questionsReach(spec.axes.flatMap((axis) => askedOf(spec, axis, size)));
}

/** Bits of every turn of one axis. Throws `unit-invalid` for a unit that the spec does not have. */
export async function runAxis(
  spec: TwoPolesSpec,
  { id }: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const axis = spec.axes.find((one) => unitId(one) === id);
  const size = prepared['size'];
  if (axis === undefined || (size !== 'full' && size !== 'quick'))
    throw new AppError('unit-invalid', `Unit "${id}" is no axis of this spec. Prepare this spec and size again.`, {
      unit: id,
    });
  const contexts = contextsOf(spec, axis, size);
  const planned = questionsOf(spec, contexts);
  const answers = await subject.likelihoods(
    planned.map(({ question }) => question),
    null,
    signal,
  );
  onShare?.(1);
  const keyOf = ({ context, what, at, dose, shown }: Omit<PlannedQuestion, 'question'>): string =>
    [context, what, at, dose, shown].join(' ');
  const bits = new Map(planned.map((one, i) => [keyOf(one), (answers[i] ?? []).map(({ logP }) => -logP / Math.LN2)]));
  const by = (context: number, what: 'own' | 'marked', at: number, dose: number): Record<Shown, readonly number[]> => {
    const [a = [], b = [], neutral = []] = SHOWN.map((shown) => bits.get(keyOf({ context, what, at, dose, shown })));
    return { a, b, neutral };
  };
  const data: AxisData = {
    contexts: contexts.map(({ asked, marked }, context) => ({
      asked: asked.map(({ topic, doses }, at): AskedData => ({
        topic: topic.id,
        doses: doses.map((dose): DoseBits => ({ dose, ...by(context, 'own', at, dose) })),
      })),
      marked: marked.map(({ topic, pole }, at): MarkedData => ({
        topic: topic.id,
        pole,
        ...by(context, 'marked', at, mostShown(spec)),
      })),
    })),
  };
  return axisDataToJson(data);
}
