/** `flipside/experiments`: the questions from spec to verdict. A subject brings the model (`openSubject` of `flipside/node`). */
export { AppError, type ErrorCode } from '../base/errors.ts';
export { DESIGNS } from '../experiments/designs.ts';
export type { ExperimentProgress } from '../experiments/experiment-run.ts';
export type {
  Contrast,
  ExperimentReport,
  ExperimentVerdict,
  Gate,
  Measure,
  RunSize,
} from '../experiments/experiment-types.ts';
export { makeReport } from '../experiments/report.ts';
export {
  parseReport as parseExperimentReport,
  serialiseReport as serialiseExperimentReport,
} from '../experiments/report/experiment-report.ts';
export { dueCost, estimateRun, runUnits, type Shard, type UnitStore } from '../experiments/runner.ts';
export { type LoadedSpec, parseSpec } from '../experiments/spec.ts';
export type { Subject } from '../experiments/subject.ts';
export { parseUnits, serialiseUnits, type UnitSet } from '../experiments/unit-file.ts';
