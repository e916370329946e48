/** The state of the Experiments place: a card for each claim, and what the shipped probes say beside it. */
import { CLAIMS, type ClaimWords } from '../content/experiments.ts';
import { useApp, type AppState } from './app.svelte.ts';
import { ExperimentCard } from './experiment-card.svelte.ts';
import { roomOf } from './room.ts';
import { ShippedEvidence } from './shipped-evidence.svelte.ts';
import { SHIPPED_EXPERIMENTS } from './shipped-experiments.ts';

/** Every state class of the place. */
export class ExperimentsRoom {
  readonly claims: readonly { readonly words: ClaimWords; readonly card: ExperimentCard }[];
  readonly evidence: ShippedEvidence;

  constructor(app: AppState) {
    const shipped = app.experiments ?? SHIPPED_EXPERIMENTS;
    this.claims = CLAIMS.map((words) => ({ words, card: new ExperimentCard(shipped.find(({ id }) => id === words.id) ?? null) }));
    this.evidence = new ShippedEvidence(() => app.probes.shipped);
  }
}

/** The room of a page. */
export const experimentsRoom = roomOf((app) => new ExperimentsRoom(app));

/** The room of this page, within the component tree. */
export function useExperiments(): ExperimentsRoom {
  return experimentsRoom(useApp());
}
