/**
 * The state of the Experiments place: a card for each claim, what the shipped probes say beside it, and experiments of
 * the reader's own.
 */
import { CLAIMS, type ClaimWords } from './words.ts';
import { useApp, type AppState } from '../../state/app.svelte.ts';
import { ExperimentRuns } from './experiment-runs.svelte.ts';
import { ExperimentCard } from './experiment-card.svelte.ts';
import { StoredExperiments } from './stored-experiments.ts';
import { neutralStories as stories } from '../../state/probes/neutral-stories.ts';
import { OwnExperiment } from './own-experiment.svelte.ts';
import { placeState } from '../../state/place-state.ts';
import { ShippedEvidence } from '../../state/probes/shipped-evidence.svelte.ts';
import { SHIPPED_EXPERIMENTS } from '../../state/probes/shipped-experiments.ts';

/** A claim with what is known of it and what runs it here. */
export interface Claim {
  readonly words: ClaimWords;
  readonly card: ExperimentCard;
  readonly bench: ExperimentRuns;
}

/** Every state class of the place. */
export class ExperimentsState {
  readonly claims: readonly Claim[];
  readonly evidence: ShippedEvidence;
  readonly kept: StoredExperiments;
  readonly own: OwnExperiment;

  constructor(app: AppState) {
    const shipped = app.experiments ?? SHIPPED_EXPERIMENTS;
    const kept = (this.kept = new StoredExperiments(app.database));
    const benchFor = (card: ExperimentCard): ExperimentRuns =>
      new ExperimentRuns({ session: app.session, kept, card, stories });
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

/** The state of the place in each page. */
const experimentsState = placeState((app) => new ExperimentsState(app));

/** The state of this page, within the component tree. */
export function useExperiments(): ExperimentsState {
  return experimentsState(useApp());
}
