/** What is seen in the story with two endings, and how sure that is. */
import { type ForkedStory, sentenceReadings } from '../reading/fork.ts';
import { lastClause } from '../text/last-clause.ts';
import { mean } from '../stats/stats.ts';
import { sentenceStarts } from '../text/token-walk.ts';
import type { TracePoint } from '../reading/trace.ts';
import { sided } from './trace.ts';

/** The highest reading of the opening, and the mean over the sentences of each ending: one sentence alone may stray. */
export function forkSentence(story: ForkedStory): string {
  const { a, b, axis, shared } = story;
  const opening = sentenceReadings(a.trace).filter(({ afterToken }) => afterToken < shared);
  const peak = opening.reduce<TracePoint | null>(
    (best, point) => (best === null || Math.abs(point.score) > Math.abs(best.score) ? point : best),
    null,
  );
  const [endingA, endingB] = [a, b].map(({ trace }) =>
    sentenceReadings(trace)
      .filter(({ afterToken }) => afterToken >= shared)
      .map(({ score }) => score),
  );
  if (peak === null || !endingA?.length || !endingB?.length) return '';
  const starts = sentenceStarts(a.pieces);
  const sentence = a.pieces
    .slice(starts.findLast((start) => start <= peak.afterToken) ?? 0, peak.afterToken + 1)
    .join('');
  return `The reading reaches ${sided(peak.score, axis)} after “${lastClause(sentence)}”. Where they part, one ending reads ${sided(mean(endingA), axis)} on average, the other ${sided(mean(endingB), axis)}.`;
}
