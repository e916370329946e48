/** The state of the place that measures speed. */
import { useApp } from '../../state/app.svelte.ts';
import { placeState } from '../../state/place-state.ts';
import { SpeedBench } from './speed-bench.svelte.ts';

const stateIn = placeState(({ session }) => new SpeedBench(session));

/** The state of this page, within the component tree. */
export function useSpeedBench(): SpeedBench {
  return stateIn(useApp());
}
