/** The state of two runs side by side: made when they are first gone to, and the same from then on. */
import { useApp } from '../../state/app.svelte.ts';
import { ComparedDivergence } from './compared-divergence.svelte.ts';
import { ComparedRuns } from './compared-runs.svelte.ts';
import { placeState } from '../../state/place-state.ts';
import { RunDifference } from './run-difference.svelte.ts';
import { runOffers } from '../../state/runs/run-offers.ts';

/** The runs and their difference. */
export interface CompareState {
  readonly runs: ComparedRuns;
  readonly difference: RunDifference;
  readonly divergence: ComparedDivergence;
}

const stateIn = placeState((app): CompareState => {
  const runs = new ComparedRuns({ offers: () => runOffers(app), preferences: app.preferences });
  return {
    runs,
    difference: new RunDifference(runs),
    divergence: new ComparedDivergence({ runs, session: app.session, offers: () => app.probes.offers }),
  };
});

/** Reads the state within the component tree. */
export function useCompare(): CompareState {
  return stateIn(useApp());
}
