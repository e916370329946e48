/** What the engine is doing, and what it did last. */
import type { DoseProgress } from '../../steering/dose-types.ts';
import type { ExperimentProgress } from '../../experiments/experiment-run.ts';
import type { EnginePlan } from '../../models/device-trial.ts';
import type { EngineStatus, LoadProgress, RunSummary } from '../../models/engine-report.ts';
import type { TrainingProgress } from '../../probe/training-plan.ts';

/** What the engine is doing: one of these, never a mixture. */
export type Phase =
  | { readonly kind: 'absent' }
  /** `plan`: what a short run found, once it has. */
  | { readonly kind: 'loading'; readonly progress: LoadProgress | null; readonly plan: EnginePlan | null }
  | { readonly kind: 'ready'; readonly status: EngineStatus }
  | { readonly kind: 'reading'; readonly status: EngineStatus }
  /** Reading inside the sentences of a text that has been read: gives way to every other call. */
  | { readonly kind: 'refining'; readonly status: EngineStatus; readonly done: number; readonly total: number }
  | { readonly kind: 'writing'; readonly status: EngineStatus; readonly tokensPerSecond: number | null }
  /** Computing something of two texts. */
  | { readonly kind: 'comparing'; readonly status: EngineStatus; readonly done: number; readonly total: number }
  /** Looking at a text through the lens, or at a direction, whose `total` is 0. */
  | { readonly kind: 'looking'; readonly status: EngineStatus; readonly done: number; readonly total: number }
  | { readonly kind: 'checking'; readonly status: EngineStatus; readonly done: number; readonly total: number }
  /** Measuring speed. */
  | { readonly kind: 'timing'; readonly status: EngineStatus; readonly done: number; readonly total: number }
  /** Training a probe, or judging one on another set; null until the first step. */
  | { readonly kind: 'training'; readonly status: EngineStatus; readonly progress: TrainingProgress | null }
  /** Finding the strength of steering (null), or measuring a dose–response. */
  | { readonly kind: 'measuring'; readonly status: EngineStatus; readonly progress: DoseProgress | null }
  /** Running an experiment; null while it is timed. */
  | { readonly kind: 'experimenting'; readonly status: EngineStatus; readonly progress: ExperimentProgress | null }
  | { readonly kind: 'lost' };

/** A finished run and what it was, for the line under the strip. */
export interface FinishedRun extends RunSummary {
  readonly what: 'read' | 'write';
}
