/** What a view of a text is worth, in a sentence. */
import type { Grain } from '../../reading/grain.ts';
import type { Axis } from '../../probe/probe-types.ts';
import { type Estimate, withInterval } from '../../stats/estimate.ts';
import type { ReadoutEvidence } from '../../probe/trace-types.ts';

/**
 * What a view is worth on the labelled stories of a report: its AUROC with interval and n, and for a raw view that of the reading
 * beside it. Empty where the report has none.
 */
export function worthSentence(
  evidence: ReadoutEvidence | null,
  grain: Grain,
  { positive, negative }: Pick<Axis, 'positive' | 'negative'>,
): string {
  const reading = evidence?.stories?.within.inside;
  if (!reading) return '';
  const said = (auroc: Estimate): string => withInterval(auroc, (value) => value.toFixed(2));
  const over = `inside ${reading.n} stories, 0.5 is chance`;
  if (grain === 'reading')
    return `The reading ranks ${positive} above ${negative} words with AUROC ${said(reading)} ${over}, each story left out of its fit.`;
  const raw = evidence?.raw.find((view) => view.grain === grain)?.within;
  return raw
    ? `This raw view ranks ${positive} above ${negative} tokens with AUROC ${said(raw)} ${over}; the reading with ${said(reading)}.`
    : '';
}
