/** The state of the futures of this page. */
import { useApp } from '../../../state/app.svelte.ts';
import { placeState } from '../../../state/place-state.ts';
import { recordRun } from '../../../state/runs/run-record.ts';
import { FuturesState } from './futures-state.svelte.ts';

const stateIn = placeState(
  ({ readingController, session, probes, preferences, history }) =>
    new FuturesState({
      readingController,
      session,
      probes,
      readouts: () => preferences.readouts,
      store: async (reading) =>
        reading.maker === null ? null : history.keep(await recordRun(reading, reading.maker, Date.now())),
    }),
);

/** What is set and was written, within the component tree. */
export function useFutures(): FuturesState {
  return stateIn(useApp());
}
