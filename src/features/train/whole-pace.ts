/** How long the whole of a training still takes: the texts read so far give a speed, and what is left to read is known. */
import type { TrainingProgress } from '../../probe/training-plan.ts';
import type { TrainingWork } from './training-work.ts';

/** The speed is that of this last while: texts that are remembered fly by, and say nothing about the rest. */
const SPEED_OVER_MS = 15_000;
/** Fewer steps tell nothing. */
const FEWEST_STEPS = 3;
/**
 * Milliseconds of fitting a layer before one has been fitted here: shuffles and resamples, and systems of the size of the texts,
 * solved a few dozen times. As `npm run bench` measures it on one slow core; once a layer is fitted its own time counts.
 */
const fittingGuess = (texts: number): number => 250 + 3e-4 * texts ** 2 + 1e-6 * texts ** 3;
/** In the order in which they come. */
const STAGES = ['reading', 'fitting', 'tokens', 'readout', 'judging'] as const;

/** Takes each step as it comes; gives the milliseconds that are left of all stages, or null until there is something to go by. */
export function wholePace(work: TrainingWork, clock: () => number): (progress: TrainingProgress) => number | null {
  let stage: TrainingProgress['stage'] | null = null;
  let steps: { readonly at: number; readonly read: number; readonly done: number }[] = [];
  /** Characters a millisecond, and milliseconds a layer, as last measured. */
  let speed: number | null = null;
  let layer: number | null = null;
  return ({ stage: now, done, total }) => {
    if (stage !== now) steps = [];
    stage = now;
    const read = now === 'fitting' ? 0 : sum(work[now].slice(0, done));
    steps.push({ at: clock(), read, done });
    const last = steps.at(-1);
    while (steps.length > FEWEST_STEPS + 1 && (last?.at ?? 0) - (steps[0]?.at ?? 0) > SPEED_OVER_MS) steps.shift();
    const [first] = steps;
    const took = (last?.at ?? 0) - (first?.at ?? 0);
    if (first !== undefined && took > 0) {
      if (now === 'fitting') layer = took / Math.max(1, done - first.done);
      else if (steps.length > FEWEST_STEPS && read > first.read) speed = (read - first.read) / took;
    }
    if (speed === null) return null;
    const ahead = STAGES.slice(STAGES.indexOf(now) + 1);
    const toRead =
      sum(ahead.flatMap((later) => (later === 'fitting' ? [] : work[later]))) +
      (now === 'fitting' ? 0 : sum(work[now].slice(done)));
    const layers = now === 'fitting' ? total - done : ahead.includes('fitting') ? LAYERS_UNKNOWN : 0;
    return toRead / speed + layers * (layer ?? fittingGuess(work.texts));
  };
}

/** Layers to fit before the first progress of fitting says how many: those of the embedded model. */
const LAYERS_UNKNOWN = 31;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
