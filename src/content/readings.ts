/** Sentences about the readings of a text: which it lacks, and why. */
import type { ReadingsLeft } from '../models/engine-report.ts';
import type { ReadoutReading } from '../reading/reading.ts';
import { hasShown } from '../reading/trace.ts';

/** Why a text has fewer readings than it could. */
export const READINGS_LEFT = {
  probe:
    'This probe has no numbers for readings inside sentences, so the text was read at the ends of its sentences only.',
  branching: 'This model cannot branch off a text, so the text was read at the ends of its sentences only.',
  context: 'The text nearly fills the model’s context, so its last places have no reading.',
} as const satisfies Record<ReadingsLeft, string>;

/** What a link that brought its readings says of them. */
export const FROM_LINK =
  'The colours came with the link, in steps of a twentieth. Read the text here to see whether they hold, and for tokens and layers.';

/** Of texts that were read by probes of before. */
const BEFORE =
  'It was read before there was a reading over several layers: it has the ends of its sentences, at one layer. Read it again for more.';

/** What the readings of a finished text lack, in a sentence; null where it was read inside its sentences too. */
export function readingsLack(readings: readonly ReadoutReading[], left: ReadingsLeft | null = null): string | null {
  if (left !== null) return READINGS_LEFT[left];
  if (readings.length === 0) return 'No neutral text was read with it, so it has its tokens’ scores only.';
  if (!hasShown(readings)) return BEFORE;
  return readings.every(({ stand }) => stand === 'sentence') ? 'It was read at the ends of its sentences only.' : null;
}
