/** The state of several axes of this page. */
import { useApp } from '../../../state/app.svelte.ts';
import { placeState } from '../../../state/place-state.ts';
import { AxesState } from './axes-state.svelte.ts';

/** The state in each page. */
export const axesState = placeState(
  ({ readingController, session, probes }) => new AxesState({ readingController, session, probes }),
);

/** What is chosen and was read, within the component tree. */
export function useAxes(): AxesState {
  return axesState(useApp());
}
