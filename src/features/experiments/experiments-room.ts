/**
 * The state of the Experiments place: a card for each claim, what the shipped probes say beside it, and experiments of
 * the reader's own.
 */
import { CLAIMS, type ClaimWords } from './words.ts';
import { useApp, type AppState } from '../../state/app.svelte.ts';
import { ExperimentBench } from './experiment-bench.svelte.ts';
import { ExperimentCard } from './experiment-card.svelte.ts';
import { KeptExperiments } from './kept-experiments.ts';
import { neutralStories as stories } from '../../state/probes/neutral-stories.ts';
import { OwnExperiment } from './own-experiment.svelte.ts';
import { roomOf } from '../../state/room.ts';
import { ShippedEvidence } from '../../state/probes/shipped-evidence.svelte.ts';
import { SHIPPED_EXPERIMENTS } from '../../state/probes/shipped-experiments.ts';

/** A claim with what is known of it and what runs it here. */
export interface Claim {
  readonly words: ClaimWords;
  readonly card: ExperimentCard;
  readonly bench: ExperimentBench;
}

/** Every state class of the place. */
export class ExperimentsRoom {
  readonly claims: readonly Claim[];
  readonly evidence: ShippedEvidence;
  readonly kept: KeptExperiments;
  readonly own: OwnExperiment;

  constructor(app: AppState) {
    const shipped = app.experiments ?? SHIPPED_EXPERIMENTS;
    const kept = (this.kept = new KeptExperiments(app.database));
    const benchFor = (card: ExperimentCard): ExperimentBench =>
      new ExperimentBench({ session: app.session, kept, card, stories });
    this.claims = CLAIMS.map((words) => {
      const card = new ExperimentCard(shipped.find(({ id }) => id === words.id) ?? null);
      return { words, card, bench: benchFor(card) };
    });
    this.evidence = new ShippedEvidence(() => app.probes.shipped);
    this.own = new OwnExperiment({
      connect: app.connect,
      benchFor,
      kept,
      shipped: this.claims.map(({ card }) => card),
      report: (error) => app.session.report(error),
    });
  }

  /** Forgets everything that this browser keeps of experiments. */
  async forgetAll(): Promise<void> {
    await this.kept.forgetAll();
    this.own.clear();
    for (const { card, bench } of this.claims) {
      card.take(null);
      await bench.settle();
    }
  }
}

/** The room of a page. */
const experimentsRoom = roomOf((app) => new ExperimentsRoom(app));

/** The room of this page, within the component tree. */
export function useExperiments(): ExperimentsRoom {
  return experimentsRoom(useApp());
}
