/** How a recording was steered, in words. */
import { steeringWords } from '../../steering/steering-words.ts';
import type { Recording } from './recording.ts';

/**
 * The steering of a recording; null where the model read and wrote by itself. The poles have names where the direction was
 * that of the probe that read.
 */
export function recordedSteering({
  axis,
  provenance,
  run,
}: Pick<Recording, 'axis' | 'provenance'> & Partial<Pick<Recording, 'run'>>): string | null {
  const steering = run?.push ?? null;
  return steering === null
    ? null
    : steeringWords(steering, steering.probeSha256 === provenance.probeSha256 ? axis : null);
}
