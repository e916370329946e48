/** The state of the Write place. */
import { useApp } from '../../state/app.svelte.ts';
import { placeState } from '../../state/place-state.ts';
import { Writer } from './writer.svelte.ts';

const stateIn = placeState(
  (app) => new Writer({ readingController: app.readingController, session: app.session, storage: app.storage }),
);

/** The prompt and the takes of this page, within the component tree. */
export function useWriter(): Writer {
  return stateIn(useApp());
}
