/** Offers whose files are read by the formats: the one place where the page validates what it shows of a probe. */
import { parseProbeCard } from '../../formats/probe/probe.ts';
import { offerOf, type ProbeOffer } from './probe-card.ts';

/** An offer over files that can be had. The format of reports comes with the first of them. */
export function readOffer(parts: Parameters<typeof offerOf>[0]): ProbeOffer {
  return offerOf(parts, {
    card: parseProbeCard,
    report: async (json) => (await import('../../formats/probe/report.ts')).parseReport(json),
  });
}
