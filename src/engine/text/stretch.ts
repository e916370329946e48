/** How a stretch of text is asked for and written, and its result. */
import type { TokenChoice } from '../../reading/reading.ts';
import type { TokenGate } from '../readouts.ts';

/** How a stretch is written: how words are chosen, whether readouts are read, and what says that the words go round and round. */
export interface WritingManner {
  readonly choice: TokenChoice;
  readonly readouts: boolean;
  readonly repeats: () => boolean;
  readonly gate: TokenGate | null;
}

/** How a stretch is asked for: `drawn` words were drawn with the seed before it. */
export interface StretchOptions {
  readonly readouts: boolean;
  readonly stopAtRepetition?: boolean;
  readonly drawn?: number;
  readonly gate?: TokenGate;
}

/** What was written in one go. */
export interface WrittenPart {
  readonly tokens: number;
  readonly ended: 'end-token' | 'repetition' | null;
}
