/** The state of patching: made when it is first gone to, and the same from then on. */
import { useApp } from '../../state/app.svelte.ts';
import { Patching } from './patching.svelte.ts';
import { placeState } from '../../state/place-state.ts';

const stateIn = placeState((app) => new Patching({ session: app.session, probe: () => app.readingController.probe }));

/** Reads the state within the component tree. */
export function usePatching(): Patching {
  return stateIn(useApp());
}
