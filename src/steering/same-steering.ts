/** Whether two runs were pushed alike. */
import type { SteeringRecord } from './steering.ts';
import { isScaled } from './modes.ts';

/** Whether two pushes, or none, do the same to the stream. What they are called does not count, nor how their strength was found. */
export function sameSteering(a: SteeringRecord | null, b: SteeringRecord | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.mode === b.mode &&
    a.pole === b.pole &&
    a.from === b.from &&
    a.to === b.to &&
    a.where === b.where &&
    (!isScaled(a.mode) || a.strength === b.strength) &&
    a.probeSha256 === b.probeSha256 &&
    (a.probeSha256 !== null || a.direction === b.direction) &&
    JSON.stringify(a.changes ?? []) === JSON.stringify(b.changes ?? [])
  );
}
