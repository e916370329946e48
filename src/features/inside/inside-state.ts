/** The state of the place Look inside. */
import { useApp } from '../../state/app.svelte.ts';
import { Inside } from './inside.svelte.ts';
import { placeState } from '../../state/place-state.ts';

/** The room of a page. */
export const insideState = placeState(
  (app) => new Inside({ readingController: app.readingController, session: app.session }),
);

/** What was looked at in this page, within the component tree. */
export function useInside(): Inside {
  return insideState(useApp());
}
