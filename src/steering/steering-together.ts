/** Several directions with their settings, as one steering. */
import type { ModelIdentity } from '../probe/probe-types.ts';
import { combineSteering } from './combine.ts';
import { makeSteering, type SteeringDirection } from './make-steering.ts';
import type { Intervention, SteeringSettings } from './steering.ts';
import type { NeutralGround } from './steering-runner.ts';

/**
 * The steering along each direction by the settings at its place; settings beyond the directions do nothing. Throws as
 * {@link makeSteering}.
 */
export function steeringTogether(
  directions: readonly SteeringDirection[],
  settings: readonly SteeringSettings[],
  ground: NeutralGround,
  model: ModelIdentity,
): Intervention {
  return combineSteering(
    settings.flatMap((each, index) => {
      const direction = directions[index];
      return direction === undefined ? [] : [makeSteering(direction, each, ground, model)];
    }),
  );
}
