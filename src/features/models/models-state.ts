/** The state of the place Models. */
import { useApp } from '../../state/app.svelte.ts';
import { ModelChoices } from './model-choices.svelte.ts';
import { placeState } from '../../state/place-state.ts';

const stateIn = placeState(
  (app) =>
    new ModelChoices({ connect: app.connect, consent: app.hostConsent, session: app.session, choice: app.model }),
);

/** The state of this page, within the component tree. */
export function useModels(): ModelChoices {
  return stateIn(useApp());
}
