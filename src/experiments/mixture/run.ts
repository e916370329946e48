/**
 * Measures one unit: a topic in a condition, which way of going on the model prefers after every dose of every order,
 * and what is read at control texts there.
 */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import { significant } from '../../base/round.ts';
import { mean } from '../../stats/stats.ts';
import type { JsonObject, UnitCall, UnitPlan } from '../design.ts';
import { scoreAt } from '../gauge.ts';
import type { Likelihood, PlacedIntervention, Subject } from '../subject.ts';
import { dosed, type MixtureUnit, passagesOf, questionsOf, unitOf } from './contexts.ts';
import { type Prepared, preparedFromJson, mixtureSteering } from './prepare.ts';
import { layerAt, type MixtureSpec } from './spec.ts';

/** Digits of a number in a units file; readings of a model repeat to fewer. */
const DIGITS = 5;

/**
 * `start`: after no evidence, a number for each pair of continuations: log p(kind) − log p(cruel), in nats; `odds`: the same
 * `[orders][doses][pairs]`. Empty where the steering broke the numbers or has no strength. In the first condition also `taps`: the reading
 * of the layer that is read, `start` and `[orders][doses]`. Throws `unit-invalid` for a unit of another spec.
 */
export async function runUnit(
  spec: MixtureSpec,
  { id }: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const unit = unitOf(spec, id);
  if (unit === null)
    throw new AppError('unit-invalid', `There is no unit ${id} in this experiment. Take the units from its own spec.`, {
      unit: id,
    });
  const kept = preparedFromJson(prepared);
  const { start, odds } = inOrders(spec, unit, await oddsOf(spec, unit, kept, subject, signal));
  onShare?.(unit.condition.id === 'none' ? 0.7 : 1);
  if (unit.condition.id !== 'none') return { start, odds };
  throwIfStopped(signal);
  return { start, odds, taps: await readoutsOf(spec, unit, kept, subject, signal) };
}

/** Pairs after no evidence, and `[orders][doses][pairs]`: of lists in the order of `questionsOf`. Both are empty where there are none. */
export function inOrders(
  spec: MixtureSpec,
  { orders }: MixtureUnit,
  [start = [], ...rest]: readonly number[][],
): { readonly start: number[]; readonly odds: number[][][] } {
  const doses = dosed(spec).length;
  const odds = rest.length === 0 ? [] : orders.map((_, order) => rest.slice(order * doses, (order + 1) * doses));
  return { start, odds };
}

/** One list of pairs a question; nothing where the condition cannot be read. */
async function oddsOf(
  spec: MixtureSpec,
  unit: MixtureUnit,
  prepared: Prepared,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<readonly number[][]> {
  const side = unit.condition.push;
  if (side !== 0 && prepared.strength === null) return [];
  try {
    const intervention: PlacedIntervention | null =
      side === 0 || prepared.strength === null
        ? null
        : {
            intervention: mixtureSteering(
              spec,
              prepared.steering,
              prepared.strength,
              side,
              await subject.ground(signal),
              subject,
            ),
            where: 'all',
          };
    return (await subject.likelihoods(questionsOf(spec, unit), intervention, signal)).map(pairs);
  } catch (thrown) {
    if (AppError.from(thrown).code === 'push-too-strong') return [];
    throw thrown;
  }
}

/** log p(kind) − log p(cruel) of each pair: whole continuations, not a token, since a log odds is what evidence is to add to. */
export function pairs(answers: readonly Likelihood[]): number[] {
  return answers.flatMap(({ logP }, at) => (at % 2 === 0 ? [kept(logP - (answers[at + 1]?.logP ?? NaN))] : []));
}

async function readoutsOf(
  spec: MixtureSpec,
  unit: MixtureUnit,
  { reading }: Prepared,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const layer = layerAt(spec.reading, subject.model.layerCount);
  const read = await subject.read(passagesOf(spec, unit), signal);
  const scores = read.map(({ readouts }) =>
    readouts.map(({ means }) => kept(mean(means.map((one) => scoreAt(reading, one)[layer] ?? NaN)))),
  );
  const [first = [], ...others] = scores;
  const [start = NaN, ...rest] = first;
  return { start, scores: [rest, ...others] };
}

/** As many digits as are kept; −0, which JSON does not know, becomes 0. */
function kept(value: number): number {
  return significant(value, DIGITS) + 0;
}
