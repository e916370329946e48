/** What the shipped probes' reports already say about the four claims. Read when asked for; a report that fails leaves the others. */
import { AppError } from '../../base/errors.ts';
import { MORAL_AXES } from '../../probe/moral-axes.ts';
import type { Effect, Report } from '../../probe/report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { ProbeOffer } from './probe-card.ts';

const MORAL: readonly string[] = MORAL_AXES.map((name) => `shipped:${name}`);

/** A probe with its report. */
export interface ProbeEvidenceRow {
  readonly key: string;
  readonly title: string;
  readonly moral: boolean;
  readonly report: Report;
}

/** A mean with the interval mean ± 1.96 sd/√n over stories. */
export interface DriftEstimate extends Estimate {
  readonly sentences: number;
}

/** A probe that has nothing to say, and why. */
export interface Missing {
  readonly title: string;
  readonly why: string;
}

/** The evidence of this page. */
export class ShippedEvidence {
  readonly #offers: () => readonly ProbeOffer[];
  #rows = $state.raw<readonly ProbeEvidenceRow[] | null>(null);
  #missing = $state.raw<readonly Missing[]>([]);

  constructor(offers: () => readonly ProbeOffer[]) {
    this.#offers = offers;
  }

  /** Probes with a report, in the page's order; null until {@link open} has ended. */
  get rows(): readonly ProbeEvidenceRow[] | null {
    return this.#rows;
  }

  /** Probes without one. */
  get missing(): readonly Missing[] {
    return this.#missing;
  }

  readonly moral = $derived.by(() => (this.#rows ?? []).filter((row) => row.moral));
  readonly other = $derived.by(() => (this.#rows ?? []).filter((row) => !row.moral));

  /** Reads every report. Does not throw: what is missing is listed. */
  async open(): Promise<void> {
    const offers = this.#offers();
    const outcomes = await Promise.allSettled(offers.map((offer) => offer.report()));
    const rows: ProbeEvidenceRow[] = [];
    const missing: Missing[] = [];
    for (const [index, { key, title }] of offers.entries()) {
      const outcome = outcomes[index];
      if (outcome?.status === 'fulfilled' && outcome.value !== null)
        rows.push({ key, title, moral: MORAL.includes(key), report: outcome.value });
      else
        missing.push({
          title,
          why: outcome?.status === 'rejected' ? AppError.from(outcome.reason).message : 'It has no report.',
        });
    }
    this.#rows = rows;
    this.#missing = missing;
  }
}

/** The effects of a control in a report; none where it was not read. */
export function effectsOf(report: Report, control: string): readonly Effect[] {
  return report.controls.find(({ name }) => name === control)?.effects ?? [];
}

/** The drift of neutral stories as estimates. */
export function driftOf(report: Report): readonly DriftEstimate[] {
  return report.drift.map(({ beats, mean, sd, n }) => {
    const half = (1.96 * sd) / Math.sqrt(n);
    return { sentences: beats, value: mean, low: mean - half, high: mean + half, n };
  });
}

/** The length at which the drift is largest. */
export function worstDrift(report: Report): DriftEstimate | null {
  return driftOf(report).reduce<DriftEstimate | null>(
    (worst, one) => (worst === null || Math.abs(one.value) > Math.abs(worst.value) ? one : worst),
    null,
  );
}
