/** The directions of a probe, by what they are for. */
import { AppError } from '../base/errors.ts';
import type { Probe } from '../probe/probe-types.ts';
import type { DirectionKind } from './lens.ts';

/** The direction of a probe that is meant, `[layers + 1, hidden]`. Throws `usage` where the probe has none of that kind. */
export function directionOf(
  probe: Pick<Probe, 'id' | 'directions' | 'steering' | 'poles'>,
  kind: DirectionKind,
): Float32Array {
  if (kind === 'reading') return probe.directions;
  if (kind === 'steering') return probe.steering;
  if (probe.poles === null)
    throw new AppError(
      'usage',
      `Probe "${probe.id}" has no directions of its poles from neutral. Take reading or steering, or train it again.`,
      { probe: probe.id },
    );
  return probe.poles[kind].directions;
}
