/** One story with two endings: two readings of texts that begin alike. */
import type { Axis } from '../probe/probe-types.ts';
import { sentenceStarts } from '../text/token-walk.ts';
import type { TracePoint } from './trace.ts';

/** One of the two. */
export interface ForkSide {
  /** The recording that it comes from. */
  readonly id: string;
  /** What each token adds to the text. */
  readonly pieces: readonly string[];
  readonly trace: readonly TracePoint[];
}

/** Both, with what they share. */
export interface ForkedStory {
  readonly axis: Axis;
  /** Tokens of the opening that both have. */
  readonly shared: number;
  readonly a: ForkSide;
  readonly b: ForkSide;
}

/** Fewer sentences in common are no story that forks. */
const FEWEST_SENTENCES = 2;

/** Tokens of the whole sentences that both texts begin with; 0 where these are fewer than two, or where one text is all of the other. */
export function sharedOpening(a: readonly string[], b: readonly string[]): number {
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  if (same === a.length || same === b.length) return 0;
  const starts = sentenceStarts(a).filter((start) => start > 0 && start <= same);
  return starts.length < FEWEST_SENTENCES ? 0 : (starts.at(-1) ?? 0);
}

/**
 * The same story with the readings at the ends of its sentences alone, where the state is settled; all of them where no
 * sentence has one.
 */
export function atSentenceEnds(story: ForkedStory): ForkedStory {
  const side = (whole: ForkSide): ForkSide => {
    const ends = whole.trace.filter(({ stand }) => stand === 'sentence');
    return ends.length === 0
      ? whole
      : { ...whole, trace: ends.map((point, index) => ({ ...point, from: (ends[index - 1]?.afterToken ?? -1) + 1 })) };
  };
  return { ...story, a: side(story.a), b: side(story.b) };
}

/** On which side an ending lies on the whole: the sum of its readings after `shared` tokens. */
export function leanOfEnding({ trace }: ForkSide, shared: number): number {
  return trace.filter(({ afterToken }) => afterToken >= shared).reduce((sum, { score }) => sum + score, 0);
}

/** The readings at the ends of sentences that have a number. */
export function sentenceReadings(trace: readonly TracePoint[]): TracePoint[] {
  return trace.filter(({ stand, score }) => stand === 'sentence' && Number.isFinite(score));
}
