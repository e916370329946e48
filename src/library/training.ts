/** `flipside/training`: fits a probe on prompt sets and judges it, as the page and the command do. No dependencies. */
export { AppError, type ErrorCode } from '../base/errors.ts';
export { parseControlSet, type ControlSet } from '../formats/sets/control-set.ts';
export { parsePromptSet, type PromptSet } from '../formats/sets/prompt-set.ts';
export { parseStorySet, type StorySet } from '../formats/sets/story-set.ts';
export type { FitMethod } from '../probe/probe-types.ts';
export { FIRST_TRY, planTraining, TRAINING_DEFAULTS, type TrainingOptions } from '../probe/training-defaults.ts';
export type { SetSource, TrainedProbe, TrainingPlan, TrainingProgress } from '../probe/training-plan.ts';
export type { Passage, PassageReading, SegmentReader } from '../training/reader.ts';
export { runTraining, type Hash } from '../training/run-plan.ts';
