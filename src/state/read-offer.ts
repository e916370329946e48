/** Offers whose files are read by the formats: the one place where the page validates what it shows of a probe. */
import { parseProbeCard } from '../format/probe.ts';
import { parseReport } from '../format/report.ts';
import { offerOf, type ProbeOffer } from './probe-card.ts';

/** An offer over files that can be had. */
export function readOffer(parts: Parameters<typeof offerOf>[0]): ProbeOffer {
  return offerOf(parts, { card: parseProbeCard, report: parseReport });
}
