/** The state of the place Look inside. */
import { useApp } from '../../state/app.svelte.ts';
import { Inside } from './inside.svelte.ts';
import { placeState } from '../../state/place-state.ts';

/** The state of the place in each page. */
export const insideState = placeState(
  ({ readingController, session, fetchText }) => new Inside({ readingController, session, fetchText }),
);

/** What was looked at in this page, within the component tree. */
export function useInside(): Inside {
  return insideState(useApp());
}
