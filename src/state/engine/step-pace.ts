/** How fast the steps of a long call follow each other. */
import type { TrainingProgress } from '../../probe/training-plan.ts';

/** How far a long call is, and how fast. */
export interface StepPace {
  readonly progress: TrainingProgress;
  /** Steps of this stage a second; null until there is something to measure. */
  readonly rate: number | null;
  /** Milliseconds that are left of this stage. */
  readonly left: number | null;
}

/** The speed is that of this last while. */
const SPEED_OVER_MS = 15_000;

/**
 * Measures each stage over its last seconds: texts that are remembered fly by, and say nothing about the rest. `clock`
 * gives milliseconds.
 */
export function stepPace(clock: () => number): (progress: TrainingProgress) => StepPace {
  let stage = '';
  let steps: { readonly at: number; readonly done: number }[] = [];
  return (progress) => {
    const now = clock();
    if (stage !== progress.stage) steps = [];
    stage = progress.stage;
    steps.push({ at: now, done: progress.done });
    while (steps.length > 2 && now - (steps[0]?.at ?? now) > SPEED_OVER_MS) steps.shift();
    const first = steps[0] ?? { at: now, done: progress.done };
    const rate =
      progress.done > first.done && now > first.at ? ((progress.done - first.done) * 1000) / (now - first.at) : null;
    return { progress, rate, left: rate === null ? null : ((progress.total - progress.done) * 1000) / rate };
  };
}
