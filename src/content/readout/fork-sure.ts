/** How sure the story with two endings is. */
import { type ForkedStory, sentenceReadings } from '../../reading/fork.ts';
import type { TraceCard } from '../../probe/probe-head.ts';
import type { ProbeEvidence } from '../../probe/probe-types.ts';
import { type Estimate, withInterval } from '../../stats/estimate.ts';
import type { TracePoint } from '../../reading/trace.ts';
import { plainNumber, plural } from '../numbers.ts';

/** What the grey area is. */
export const GREY = 'Grey is what 200 random directions read at the same places, from the 5th to the 95th percentile.';

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
    sentenceReadings(trace).filter(({ afterToken }) => afterToken >= shared);
  const [endA, endB] = [after(a.trace), after(b.trace)];
  const pairs = Math.min(endA.length, endB.length);
  const apart = endA.slice(0, pairs).filter(({ score }, index) => score < (endB[index]?.score ?? Number.NaN)).length;
  const single = `One reading alone could be chance; ${apart === pairs ? `all ${plural(pairs, 'pair')}` : `${apart} of ${plural(pairs, 'pair')}`} after the fork lie apart the same way.`;
  if (probe === null) return single;
  const said = (auroc: Pick<Estimate, 'value' | 'low' | 'high'>): string =>
    withInterval(auroc, (value) => plainNumber(value, 2));
  const over = (units: string, auroc: string): string =>
    `${single} Over ${units}, each left out of the fit that scored it, it ranks kind above cruel with AUROC ${auroc}; 0.5 is chance.`;
  const { stories, topics: turns } = probe.trace?.evidence ?? {};
  if (stories)
    return over(
      `${stories.within.ends.n} stories`,
      `${said(stories.within.ends)} at sentence ends and ${said(stories.within.inside)} over all words, the mean of one inside each story`,
    );
  if (turns) return over(`${turns.ends.n} topics of two turns`, `${said(turns.ends)} at the ends of turns`);
  const { auroc, aurocLow, aurocHigh, topics } = probe.evidence;
  const at = (values: readonly number[]): number => values[probe.defaultLayer] ?? Number.NaN;
  return over(`${topics} topics`, said({ value: at(auroc), low: at(aurocLow), high: at(aurocHigh) }));
}
