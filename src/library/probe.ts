/**
 * `flipside/probe`: reads, applies and judges linear probes, and says what may be said of them. No dependencies. To judge, a
 * reader brings the model: `openReader` of `flipside/node`, or your own. Training is in `flipside/training`.
 */
export { AppError, type ErrorCode } from '../base/errors.ts';
export { assertProbeFits, parseProbe, parseProbeCard, PROBE_FILES, serialiseProbe } from '../formats/probe/probe.ts';
export { parseReport, serialiseReport } from '../formats/probe/report.ts';
export { parsePromptSet, type PromptSet } from '../formats/sets/prompt-set.ts';
export { claims, type Claims } from '../probe/claims/claims.ts';
export type { Judgement } from '../probe/evidence/judgement-types.ts';
export type { Axis, Pole } from '../probe/heads.ts';
export type { ModelIdentity, Probe } from '../probe/probe-types.ts';
export type { Report } from '../probe/report-types.ts';
export { streamProducts, readoutScore, tokenScores } from '../reading/score.ts';
export { endReading, shownScore } from '../reading/trace-score.ts';
export { tracePoints, type TracePoint } from '../reading/trace.ts';
export { judgeProbe } from '../training/evidence/judge.ts';
export type { Passage, PassageReading, SegmentReader } from '../training/reader.ts';
