/** The probe whose judgement is on show. */
import { claims } from '../../../probe/claims/claims.ts';
import type { AblationReport } from '../../../steering/ablation-types.ts';
import { shippedAblation } from '../../../state/probes/shipped-ablation.ts';
import type { Report } from '../../../probe/report-types.ts';
import { reportTables, type ReportTable } from '../../../formats/probe/report-tables.ts';
import type { ProbeCard, ProbeOffer } from '../../../state/probes/probe-card.ts';
import type { Probes } from '../../../state/probes/probes.svelte.ts';
import type { Session } from '../../../state/engine/session.svelte.ts';

/** What may be said about a probe. */
export type Claims = ReturnType<typeof claims>;

/** A probe with everything that is shown of its judgement; a probe that came without a report has none. */
export interface JudgedOffer {
  readonly offer: ProbeOffer;
  readonly card: ProbeCard;
  readonly judgement: {
    readonly report: Report;
    readonly claims: Claims;
    readonly tables: readonly ReportTable[];
  } | null;
  /** What the model loses without its directions; null where that was not measured. */
  readonly ablation: AblationReport | null;
}

/** Fetches and reads what is shown of a probe. Throws what is wrong with its files. */
export async function judged(offer: ProbeOffer): Promise<JudgedOffer> {
  const [card, report, ablation] = await Promise.all([offer.card(), offer.report(), shippedAblation(offer.key)]);
  return {
    offer,
    card,
    judgement: report === null ? null : { report, claims: claims(report, card), tables: reportTables(report) },
    ablation,
  };
}

/** The probe on show. */
export class JudgedView {
  readonly #probes: Probes;
  readonly #session: Session;
  #shown = $state.raw<JudgedOffer | null>(null);
  #wanted = $state<string | null>(null);
  #made = $state<string | null>(null);

  constructor(probes: Probes, session: Session) {
    this.#probes = probes;
    this.#session = session;
  }

  /** The probe on show; null before the first has come. */
  get shown(): JudgedOffer | null {
    return this.#shown;
  }

  /** Key of the offer that is marked: the one on its way, or the one on show. */
  get key(): string | null {
    return this.#wanted ?? this.#shown?.offer.key ?? null;
  }

  /** Shows a probe that has just been made, and brings its card into view. */
  async showMade(key: string): Promise<void> {
    this.#made = key;
    await this.show(key);
  }

  /** Whether the probe that is shown has just been made; true once for each. */
  takeMade(): boolean {
    const made = this.#made !== null && this.#made === this.#shown?.offer.key;
    if (made) this.#made = null;
    return made;
  }

  /** Shows a probe; what was shown stays until it has come. */
  async show(key: string): Promise<void> {
    const offer = this.#probes.offer(key);
    if (offer === null) return;
    this.#wanted = key;
    try {
      const next = await judged(offer);
      if (this.#wanted === key) this.#shown = next;
    } catch (error) {
      this.#session.report(error);
    } finally {
      if (this.#wanted === key) this.#wanted = null;
    }
  }

  /** Shows the probe that texts are read with where the one on show is gone, or none is yet. */
  async settle(): Promise<void> {
    // Somebody has just asked for one: it is on its way.
    if (this.#wanted !== null) return;
    if (this.#shown !== null && this.#probes.offer(this.#shown.offer.key) !== null) return;
    const { chosen } = this.#probes;
    if (chosen !== null) await this.show(chosen.key);
  }
}
