/** How a recording was pushed, in words. */
import { pushWords } from '../../steering/push-words.ts';
import type { Recording } from './recording.ts';

/**
 * The push of a recording; null where the model read and wrote by itself. The poles have names where the direction was
 * that of the probe that read.
 */
export function recordedPush({
  axis,
  provenance,
  run,
}: Pick<Recording, 'axis' | 'provenance'> & Partial<Pick<Recording, 'run'>>): string | null {
  const push = run?.push ?? null;
  return push === null ? null : pushWords(push, push.probeSha256 === provenance.probeSha256 ? axis : null);
}
