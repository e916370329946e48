/** Steering the stream of an axis: every direction as strongly as has one KL on neutral text, and acts asked for again. */
import { AppError } from '../../base/errors.ts';
import type { Intervention } from '../../steering/steering.ts';
import type { NeutralGround } from '../../steering/steering-runner.ts';
import { makeSteering } from '../../steering/make-steering.ts';
import type { Passage } from '../../training/reader.ts';
import type { UnitCall } from '../design.ts';
import { matchTokens, orBroken, strengthOfKl } from '../matched-steering.ts';
import type { Question, Subject } from '../subject.ts';
import { actBits } from './act-bits.ts';
import { asSentence, halfOf, type PlannedContext } from './contexts.ts';
import { passageOf } from './geometry.ts';
import type { SteeringBits } from './stored-axis.ts';
import { FITTED_HALF, type SteeringDirections, INTERVENTIONS, type SteeringId } from './steering-directions.ts';
import type { OppositesSpec } from './spec.ts';
import type { OppositesAxis } from './strings.ts';

/** Readings of neutral text that one direction takes on average: for estimates. */
const MATCH_READINGS = 2;

/** The other half of the items, and the neutral context that shares no sentence with the half that made the directions. */
const JUDGED_HALF = 1 - FITTED_HALF;

/** What matching the KL of all directions of an axis reads. */
export function matchCost({ push: steering }: OppositesSpec): number {
  return INTERVENTIONS.length * matchTokens(MATCH_READINGS, steering.texts);
}

/** What is read of the axis that a direction is compared with. */
export function comparedPassage(spec: OppositesSpec, axis: OppositesAxis): Passage {
  return passageOf(spec, halfOf(axis.oppositeActs, FITTED_HALF).map(asSentence));
}

/** The items whose acts are asked for under steering, of as many as the spec has. */
export function judgedItems({ triggers }: Pick<OppositesSpec, 'triggers'>): number[] {
  return triggers.flatMap((_, item) => (Math.floor((2 * item) / triggers.length) === JUDGED_HALF ? [item] : []));
}

/** The key of the context that they are asked for in. */
export const JUDGED_CONTEXT = `neutral.${JUDGED_HALF}`;

/** That context and those items, out of the contexts of the axis. */
export function judgedContext(spec: OppositesSpec, contexts: readonly PlannedContext[]): PlannedContext {
  const context = contexts.find(({ key }) => key === JUDGED_CONTEXT);
  if (context === undefined)
    throw new AppError(
      'internal',
      `No context ${JUDGED_CONTEXT} is planned, so nothing can be steered. This is a fault in Flipside: copy the diagnostics and report it.`,
    );
  return { ...context, items: judgedItems(spec) };
}

/** What the interventions are made with. */
export interface SteeringCall extends UnitCall {
  /** The stream that is steered. */
  readonly stream: number;
}

/**
 * Every steering in the order of INTERVENTIONS; a direction that does not come to the KL, or breaks the numbers, says so and asks
 * nothing.
 */
export async function runInterventions(
  { push: plan }: OppositesSpec,
  questions: readonly Question[],
  directions: SteeringDirections,
  subject: Subject,
  { stream, signal, onShare }: SteeringCall,
): Promise<SteeringBits[]> {
  const ground = await subject.ground(signal);
  const found: SteeringBits[] = [];
  for (const id of INTERVENTIONS) {
    const steeringAt = (strength: number): Intervention =>
      interventionSteering(id, directions[id], stream, strength, ground, subject);
    const { strength, reached } = await strengthOfKl(subject, (strength) => [steeringAt(strength)], plan.kl, signal, {
      texts: plan.texts,
      tolerance: plan.tolerance,
      most: plan.tries,
    });
    const answers =
      strength === null
        ? null
        : await orBroken(() =>
            subject.likelihoods(questions, { intervention: steeringAt(strength), where: 'all' }, signal),
          );
    found.push(
      answers === null
        ? { id, strength: null, reached, ...actBits([]) }
        : { id, strength, reached, ...actBits(answers) },
    );
    onShare?.(found.length / INTERVENTIONS.length);
  }
  return found;
}

function interventionSteering(
  id: SteeringId,
  direction: Float32Array,
  stream: number,
  strength: number,
  ground: NeutralGround,
  { model }: Pick<Subject, 'model'>,
): Intervention {
  const vectors = new Float32Array((model.layerCount + 1) * model.hidden);
  vectors.set(direction, stream * model.hidden);
  return makeSteering(
    { title: `The direction "${id}"`, vectors },
    { mode: 'add', pole: 'positive', from: stream, to: stream, strength, where: 'all' },
    ground,
    model,
  );
}
