/** The state of the room Models. */
import { useApp } from '../../state/app.svelte.ts';
import { ModelChoices } from './model-choices.svelte.ts';
import { placeState } from '../../state/place-state.ts';

const roomIn = placeState(
  (app) => new ModelChoices({ connect: app.connect, hosts: app.modelHosts, session: app.session, choice: app.model }),
);

/** The bench of this page, within the component tree. */
export function useModels(): ModelChoices {
  return roomIn(useApp());
}
