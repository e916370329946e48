/** What is seen in the story with two endings, and how sure that is. */
import type { ForkedStory } from '../core/fork.ts';
import { lastClause } from '../core/last-clause.ts';
import type { ProbeEvidence } from '../core/probe-types.ts';
import { sentenceStarts } from '../core/token-walk.ts';
import type { TracePoint } from '../core/trace.ts';
import { plainNumber, plural } from './numbers.ts';
import { sided } from './trace.ts';

/** The highest reading of the opening, and where each ending goes from there. */
export function forkSentence(story: ForkedStory): string {
  const { a, b, axis, shared } = story;
  const opening = ends(a.trace).filter(({ afterToken }) => afterToken < shared);
  const peak = opening.reduce<TracePoint | null>((best, point) => (best === null || Math.abs(point.score) > Math.abs(best.score) ? point : best), null);
  const [lastA, lastB] = [ends(a.trace).at(-1), ends(b.trace).at(-1)];
  if (peak === null || lastA === undefined || lastB === undefined) return '';
  const starts = sentenceStarts(a.pieces);
  const sentence = a.pieces.slice(starts.findLast((start) => start <= peak.afterToken) ?? 0, peak.afterToken + 1).join('');
  return `The reading reaches ${sided(peak.score, axis)} after “${lastClause(sentence)}”. Where they part, one ending goes to ${sided(lastA.score, axis)}, the other to ${sided(lastB.score, axis)}.`;
}

/** How sure it is, from the probe's evidence on topics that no fit has seen; null while the probe has not come. */
export function forkSure({ a, b, shared }: ForkedStory, probe: { readonly defaultLayer: number; readonly evidence: ProbeEvidence } | null): string {
  const after = (trace: readonly TracePoint[]): TracePoint[] => ends(trace).filter(({ afterToken }) => afterToken >= shared);
  const [endA, endB] = [after(a.trace), after(b.trace)];
  const pairs = Math.min(endA.length, endB.length);
  const apart = endA.slice(0, pairs).filter(({ score }, index) => score < (endB[index]?.score ?? Number.NaN)).length;
  const single = `One reading alone could be chance; ${apart === pairs ? `all ${plural(pairs, 'pair')}` : `${apart} of ${plural(pairs, 'pair')}`} after the fork lie apart the same way.`;
  if (probe === null) return single;
  const { auroc, aurocLow, aurocHigh, topics } = probe.evidence;
  const two = (values: readonly number[]): string => plainNumber(values[probe.defaultLayer] ?? Number.NaN, 2);
  return `${single} On ${topics} topics kept out of training, it ranks kind above cruel with AUROC ${two(auroc)} [${two(aurocLow)}, ${two(aurocHigh)}]; 0.5 is chance.`;
}

function ends(trace: readonly TracePoint[]): TracePoint[] {
  return trace.filter(({ stand, score }) => stand === 'sentence' && Number.isFinite(score));
}
