/** Whether two runs were steered alike. */
import type { ConditionRecord } from './condition.ts';
import { isScaled } from './modes.ts';
import { partsOf, type SteeringPart, type SteeringRecord } from './steering.ts';

/** Whether two interventions, or none, do the same to the stream. What they are called does not count, nor how their strength was found. */
export function sameSteering(a: SteeringRecord | null, b: SteeringRecord | null): boolean {
  if (a === null || b === null) return a === b;
  const [parts, others] = [partsOf(a), partsOf(b)];
  return (
    a.where === b.where &&
    parts.length === others.length &&
    parts.every((part, index) => samePart(part, others[index] ?? part)) &&
    sameCondition(a.when, b.when) &&
    JSON.stringify(a.changes ?? []) === JSON.stringify(b.changes ?? [])
  );
}

function samePart(a: SteeringPart, b: SteeringPart): boolean {
  return (
    a.mode === b.mode &&
    a.pole === b.pole &&
    a.from === b.from &&
    a.to === b.to &&
    (!isScaled(a.mode) || a.strength === b.strength) &&
    a.probeSha256 === b.probeSha256 &&
    (a.probeSha256 !== null || a.direction === b.direction)
  );
}

/** Where it held follows from the text, so that it tells no two apart. */
function sameCondition(a: ConditionRecord | undefined, b: ConditionRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.layer === b.layer && a.side === b.side && a.threshold === b.threshold && a.probeSha256 === b.probeSha256;
}
