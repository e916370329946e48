/** The state of the futures of this page. */
import { useApp } from '../../../state/app.svelte.ts';
import { roomOf } from '../../../state/room.ts';
import { recordRun } from '../../../state/runs/run-record.ts';
import { FuturesDesk } from './futures-desk.svelte.ts';

const roomIn = roomOf(
  ({ desk, session, probes, preferences, history }) =>
    new FuturesDesk({
      desk,
      session,
      probes,
      taps: () => preferences.taps,
      store: async (reading) =>
        reading.maker === null ? null : history.keep(await recordRun(reading, reading.maker, Date.now())),
    }),
);

/** What is set and was written, within the component tree. */
export function useFutures(): FuturesDesk {
  return roomIn(useApp());
}
