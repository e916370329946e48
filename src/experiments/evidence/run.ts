/** Measures one unit: one of `mixture`, or a topic under a random direction. */
import type { JsonObject, UnitCall, UnitPlan } from '../design.ts';
import { orBroken } from '../matched-steering.ts';
import { questionsOf } from '../mixture/contexts.ts';
import { inOrders, pairs, runUnit } from '../mixture/run.ts';
import type { Subject } from '../subject.ts';
import { randomUnitsOf } from './plan.ts';
import { randomFromJson, randomSteering } from './prepare.ts';
import type { EvidenceSpec } from './spec.ts';

/** As `runUnit` of `mixture`, without control texts for a random direction. Throws `unit-invalid` for a unit of another spec. */
export async function runEvidence(
  spec: EvidenceSpec,
  plan: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  call: UnitCall,
): Promise<JsonObject> {
  const unit = (['full', 'quick'] as const)
    .flatMap((size) => randomUnitsOf(spec, size))
    .find(({ id }) => id === plan.id);
  if (unit === undefined) return runUnit(spec, plan, prepared, subject, call);
  const { direction, strength } = randomFromJson(prepared, spec)[unit.direction] ?? { direction: null, strength: null };
  const answers =
    direction === null || strength === null
      ? null
      : await orBroken(async () => {
          const ground = await subject.ground(call.signal);
          const intervention = randomSteering(spec, direction, strength, ground, subject);
          return subject.likelihoods(questionsOf(spec, unit), { intervention, where: 'all' }, call.signal);
        });
  call.onShare?.(1);
  return inOrders(spec, unit, (answers ?? []).map(pairs));
}
