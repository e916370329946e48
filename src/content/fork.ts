/** What is seen in the story with two endings, and how sure that is. */
import type { ForkedStory } from '../reading/fork.ts';
import { lastClause } from '../text/last-clause.ts';
import { mean } from '../stats/stats.ts';
import type { TraceCard } from '../probe/probe-head.ts';
import type { ProbeEvidence } from '../probe/probe-types.ts';
import type { Estimate } from '../stats/estimate.ts';
import { sentenceStarts } from '../text/token-walk.ts';
import type { TracePoint } from '../reading/trace.ts';
import { plainNumber, plural } from './numbers.ts';
import { sided } from './trace.ts';

/** The highest reading of the opening, and the mean over the sentences of each ending: one sentence alone may stray. */
export function forkSentence(story: ForkedStory): string {
  const { a, b, axis, shared } = story;
  const opening = ends(a.trace).filter(({ afterToken }) => afterToken < shared);
  const peak = opening.reduce<TracePoint | null>(
    (best, point) => (best === null || Math.abs(point.score) > Math.abs(best.score) ? point : best),
    null,
  );
  const [endingA, endingB] = [a, b].map(({ trace }) =>
    ends(trace)
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

/** How sure it is, from the probe's evidence on stories or topics that no fit has seen; null while the probe has not come. */
export function forkSure(
  { a, b, shared }: ForkedStory,
  probe: {
    readonly defaultLayer: number;
    readonly evidence: ProbeEvidence;
    readonly trace: Pick<TraceCard, 'evidence'> | null;
  } | null,
): string {
  const after = (trace: readonly TracePoint[]): TracePoint[] =>
    ends(trace).filter(({ afterToken }) => afterToken >= shared);
  const [endA, endB] = [after(a.trace), after(b.trace)];
  const pairs = Math.min(endA.length, endB.length);
  const apart = endA.slice(0, pairs).filter(({ score }, index) => score < (endB[index]?.score ?? Number.NaN)).length;
  const single = `One reading alone could be chance; ${apart === pairs ? `all ${plural(pairs, 'pair')}` : `${apart} of ${plural(pairs, 'pair')}`} after the fork lie apart the same way.`;
  if (probe === null) return single;
  const stories = probe.trace?.evidence.stories?.within;
  if (stories !== undefined) {
    const said = ({ value, low, high }: Estimate): string =>
      `${plainNumber(value, 2)}${low === null || high === null ? '' : ` [${plainNumber(low, 2)}, ${plainNumber(high, 2)}]`}`;
    return `${single} Inside ${stories.ends.n} stories that were left out of its fit, it ranks kind above cruel with AUROC ${said(stories.ends)} at sentence ends and ${said(stories.inside)} over all words; 0.5 is chance.`;
  }
  const { auroc, aurocLow, aurocHigh, topics } = probe.evidence;
  const two = (values: readonly number[]): string => plainNumber(values[probe.defaultLayer] ?? Number.NaN, 2);
  return `${single} On ${topics} topics kept out of training, it ranks kind above cruel with AUROC ${two(auroc)} [${two(aurocLow)}, ${two(aurocHigh)}]; 0.5 is chance.`;
}

function ends(trace: readonly TracePoint[]): TracePoint[] {
  return trace.filter(({ stand, score }) => stand === 'sentence' && Number.isFinite(score));
}
